namespace Presence.Cli.Clients;

/// <summary>How a client line is protected.</summary>
public enum LineSecurity
{
    /// <summary>Not at all; a node takes log-ins without TLS only with <c>Xmpp:AllowPlaintextLogin</c>.</summary>
    None,

    /// <summary>RFC 6120 §5.</summary>
    StartTls,

    /// <summary>XEP-0368.</summary>
    DirectTls,
}

/// <summary>Where a client connects, and how. Values only.</summary>
/// <param name="Domain">What the stream is addressed to, and the name the certificate should bear.</param>
/// <param name="TrustAny">Takes any certificate; for a node on this machine, whose certificate is self-signed.</param>
public sealed record ServerAddress(string Host, int Port, string Domain, LineSecurity Security, bool TrustAny);

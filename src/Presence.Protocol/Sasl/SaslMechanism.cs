namespace Presence.Protocol.Sasl;

/// <summary>The mechanisms this server knows, strongest first. The order is the one in which they are offered.</summary>
public enum SaslMechanism
{
    ScramSha256Plus,
    ScramSha1Plus,
    ScramSha256,
    ScramSha1,

    /// <summary>Password in the clear (RFC 4616); only under TLS.</summary>
    Plain,
}

using System.Net;
using System.Security.Authentication;
using Presence.Edge.Listening;
using Presence.Edge.Rates;
using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Edge;

/// <summary>
/// Everything an edge can be told, with the values it takes when told nothing. Read once at start; it must never be consulted for
/// something that changes while connections live. The host validates it.
/// </summary>
public sealed record EdgeOptions
{
    /// <summary>The domain served; streams to any other are refused with <c>host-unknown</c>.</summary>
    public required Jid Domain { get; init; }

    /// <summary>Where to listen; port 0 takes a free one, told by <see cref="EdgeServer.EndPoints"/>.</summary>
    public IReadOnlyList<ListenerOptions> Listeners { get; init; } =
    [
        new ListenerOptions(ListenerKind.StartTls, 5222),
        new ListenerOptions(ListenerKind.DirectTls, 5223),
    ];

    /// <summary>Where the self-signed certificate and the secret for the salts of unknown users are kept.</summary>
    public string DataDirectory { get; init; } = ".";

    /// <summary>PEM file with the certificate and its chain; null: a self-signed one is made.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the private key, unencrypted; null: it stands in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How often the certificate is looked at again, so that a renewed file is taken without a restart.</summary>
    public TimeSpan CertificateCheckInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The lowest version of TLS spoken: 1.2, which then has suites with forward secrecy and authenticated encryption only, or 1.3.</summary>
    public SslProtocols MinimumTlsVersion { get; init; } = SslProtocols.Tls12;

    /// <summary>Lets clients log in on <see cref="ListenerKind.StartTls"/> ports without TLS; for load tests on loopback. PLAIN stays barred.</summary>
    public bool AllowPlaintextLogin { get; init; }

    /// <summary>
    /// Offers the SCRAM mechanisms ending in -PLUS, bound to the certificate (<c>tls-server-end-point</c>). Off: clients that know other bindings only
    /// (slixmpp: <c>tls-unique</c>) fail with -PLUS and must then, by RFC 5802 §6, be refused without it too.
    /// </summary>
    public bool OfferChannelBinding { get; init; }

    /// <summary>In-band registration of new accounts (XEP-0077). Changing one's own password is always possible.</summary>
    public bool AllowRegistration { get; init; }

    /// <summary>Accounts that one address may register in <see cref="RegistrationWindow"/>.</summary>
    public int RegistrationsPerAddress { get; init; } = 5;

    public TimeSpan RegistrationWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Node of the server's own capabilities (XEP-0115); null: not announced.</summary>
    public string? CapsNode { get; init; }

    /// <summary>Verification string that goes with <see cref="CapsNode"/>.</summary>
    public string? CapsVerification { get; init; }

    /// <summary>Sockets in all; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 100_000;

    /// <summary>Sockets of one IPv4 address or one IPv6 /64; 0: no limit.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>
    /// From here every connection to <see cref="Listeners"/> has to begin with a header of the PROXY protocol version 2 and counts as that client's; from
    /// elsewhere none may.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>From accept to bound; then the stream ends with <c>connection-timeout</c>.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A bound client that was neither sent to nor heard of for this long gets a space (RFC 6120 §4.6.1). Zero: never.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for a client that said it is inactive (XEP-0352): each space costs a sleeping phone its radio. Zero: never.</summary>
    public TimeSpan InactiveKeepAliveInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A bound client not heard of for this long is cut, whatever it supports. Zero: never.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>A client that leaves <c>&lt;r/&gt;</c> unanswered and sends nothing else for this long is cut; its session can be resumed. Zero: never.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A socket that takes no byte of a waiting write for this long is cut; on Linux also given to TCP as its user timeout.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>After the edge ended a stream it waits this long for the client to close before it cuts.</summary>
    public TimeSpan LingerTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often deadlines are looked at: what any of them can be late by.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that may wait for one socket; a client that lets more pile up is cut.</summary>
    public int MaxWriteBufferBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Size of the buffer rented for one read.</summary>
    public int ReadBufferBytes { get; init; } = 8 * 1024;

    /// <summary>Failed logins on one stream before it ends (RFC 6120 §6.4.4).</summary>
    public int MaxLoginAttempts { get; init; } = 3;

    /// <summary>Rounds of PBKDF2 for new keys; each client that logs in by SCRAM has to do as many.</summary>
    public int KeyIterations { get; init; } = 10_000;

    /// <summary>Threads that derive keys from passwords (PLAIN, registration).</summary>
    public int KeyDerivationThreads { get; init; } = 1;

    /// <summary>Derivations that may wait; past it the login fails with <c>temporary-auth-failure</c>.</summary>
    public int KeyDerivationQueue { get; init; } = 256;

    public XmlLimits LimitsBeforeLogin { get; init; } = XmlLimits.BeforeLogin;

    public XmlLimits LimitsAfterLogin { get; init; } = XmlLimits.AfterLogin;

    /// <summary>What one connection may send before it is read more slowly, log-in included.</summary>
    public RateLimits ConnectionRate { get; init; } = new(1_000, 1 << 20);

    /// <summary>The same for all connections of one user to this edge together.</summary>
    public RateLimits UserRate { get; init; } = new(2_000, 4 << 20);

    /// <summary>How far ahead of its rate a sender may be: a client that was away has much to say at once.</summary>
    public TimeSpan RateBurst { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A client that is held back and has had less than half of its burst left for this long gets <c>policy-violation</c>. Zero: never.</summary>
    public TimeSpan FloodTimeout { get; init; } = TimeSpan.FromMinutes(1);
}

using System.Net;
using System.Security.Authentication;

namespace Presence.Node.Configuration;

/// <summary>
/// Everything an operator can decide, checked and typed; what each key means stands in docs/operations/configuration.md. Made by <see cref="OptionsValidation"/> only.
/// </summary>
internal sealed record NodeOptions(
    XmppSection Xmpp, TlsSection Tls, string DataDirectory, HttpSection Http, string AdminSocket, SessionsSection Sessions,
    IReadOnlyList<PushSink> PushSinks, RegistrationSection Registration, LimitsSection Limits, int ArchiveRetentionDays, LoggingSection Logging)
{
    /// <summary>What clients reach over HTTP.</summary>
    public required WebSection Web { get; init; }

    /// <summary>Bare JIDs.</summary>
    public required IReadOnlyList<string> Administrators { get; init; }

    public required StorageSection Storage { get; init; }

    public required StoreSection Store { get; init; }

    public required ComponentsSection Components { get; init; }

    /// <summary>Whether an app server is told who wrote, beside how many messages wait.</summary>
    public required bool PushSender { get; init; }

    public required IReadOnlyList<ExternalServiceSection> ExternalServices { get; init; }
}

/// <param name="Bind">Address to listen on; <see cref="IPAddress.IPv6Any"/> stands for all addresses of both families.</param>
/// <param name="ClientPort">STARTTLS; null: off.</param>
/// <param name="DirectTlsPort">XEP-0368; null: off.</param>
/// <param name="ProxyProtocol">From here connections to these two ports begin with a PROXY protocol header; empty: none does.</param>
internal sealed record XmppSection(
    string Domain, IPAddress Bind, int? ClientPort, int? DirectTlsPort, bool AllowPlaintextLogin, IReadOnlyList<IPNetwork> ProxyProtocol);

/// <param name="CertificatePath">PEM file with the chain, leaf first; null: a self-signed certificate is made.</param>
/// <param name="KeyPath">PEM file with the key; null: it is in the certificate file.</param>
/// <param name="MinimumVersion">1.2 or 1.3.</param>
internal sealed record TlsSection(string? CertificatePath, string? KeyPath, SslProtocols MinimumVersion);

/// <param name="Bind">Address to listen on for components.</param>
/// <param name="Port">Null: off. Nothing listens without components.</param>
internal sealed record ComponentsSection(IPAddress Bind, int? Port, IReadOnlyList<ComponentSection> Components);

/// <param name="Secret">Null: it is in <paramref name="SecretFile"/>.</param>
internal sealed record ComponentSection(string Domain, string? Secret, string? SecretFile);

/// <param name="TlsPort">WebSocket and chat page over TLS; null: off.</param>
/// <param name="TrustedProxies">Networks whose plain connections count as protected.</param>
/// <param name="Origins">Pages that may open a WebSocket; "*" for all.</param>
/// <param name="WebSocketUrl">What XEP-0156 tells; null: derived.</param>
/// <param name="ConversePath">Full path of the directory with Converse.js.</param>
internal sealed record WebSection(
    IPAddress Bind, int? TlsPort, IReadOnlyList<IPNetwork> TrustedProxies, IReadOnlyList<string> Origins, string? WebSocketUrl, string ConversePath);

/// <param name="ConnectionString">Of PostgreSQL; null: SQLite, in the data directory. May hold a password.</param>
internal sealed record StoreSection(string? ConnectionString, int ReadConnections);

/// <param name="Port">Null: off.</param>
internal sealed record HttpSection(IPAddress Bind, int? Port);

internal sealed record SessionsSection(
    TimeSpan AwayAfter, bool AwayWhenSuspended, TimeSpan LifeWithPush, TimeSpan LifeWithoutPush, int MaxQueuedStanzas, int MaxQueuedBytes, int MaxSessions,
    TimeSpan PushUnackedAfter, TimeSpan DesktopIdle, TimeSpan IqWait, TimeSpan ResumeSettle, TimeSpan AckDelay, int SendWindowBytes, int MaxRosterItems,
    int MaxIdleUsers);

/// <param name="Kind">"console" or "jsonl".</param>
/// <param name="Path">Full path of the file; null for the console.</param>
internal sealed record PushSink(string Kind, string? Path);

/// <param name="KeyIterations">PBKDF2 rounds of new keys, however the account is made.</param>
internal sealed record RegistrationSection(bool InBand, int PerAddress, TimeSpan Window, int KeyIterations);

internal sealed record LimitsSection(
    int MaxStanzaBytes, int MaxStanzaBytesBeforeLogin, int MaxDepth, int MaxAttributes, int MaxNameBytes,
    int MaxConnections, int ConnectionsPerAddress, int MaxWriteBufferBytes, TimeSpan LoginTimeout, TimeSpan IdleTimeout, TimeSpan AckTimeout,
    TimeSpan SendTimeout, TimeSpan KeepAlive, TimeSpan InactiveKeepAlive)
{
    public required RatesSection Rates { get; init; }

    /// <summary>0: no limit.</summary>
    public required int MaxQueuedBytesPerUser { get; init; }
}

/// <summary>What clients may send; 0 for no limit.</summary>
/// <param name="Burst">How far ahead of its rate a sender may be.</param>
/// <param name="FloodTimeout">Zero: never.</param>
internal sealed record RatesSection(
    int StanzasPerSecond, int BytesPerSecond, int UserStanzasPerSecond, int UserBytesPerSecond, TimeSpan Burst, TimeSpan FloodTimeout);

/// <param name="MaxVCardBytes">One vCard, photo and all.</param>
/// <param name="MaxPrivateBytes">Private XML of one user.</param>
/// <param name="MaxEventItemBytes">One item of personal eventing.</param>
/// <param name="MaxEventBytes">All items of personal eventing of one user.</param>
internal sealed record StorageSection(int MaxVCardBytes, int MaxPrivateBytes, int MaxEventItemBytes, int MaxEventBytes);

/// <param name="Transport">"udp" or "tcp"; null: not said.</param>
/// <param name="Secret">Shared with the service for temporary credentials; null: <paramref name="Username"/> and <paramref name="Password"/>, if any.</param>
/// <param name="Lifetime">Of temporary credentials.</param>
internal sealed record ExternalServiceSection(
    string Type, string Host, int Port, string? Transport, string? Name, string? Username, string? Password, string? Secret, TimeSpan Lifetime);

/// <param name="Format">"simple" or "json".</param>
/// <param name="Levels">Category (or "Default") → level name.</param>
internal sealed record LoggingSection(string Format, IReadOnlyDictionary<string, string> Levels);

namespace Presence.Edge.Listening;

/// <summary>What came of reading the certificate again. It must never hold key material.</summary>
/// <param name="Taken">New handshakes use another certificate than before.</param>
/// <param name="ExpiresAt">When the certificate in use ends.</param>
/// <param name="Problem">Why what the files hold now is not used; null when it is.</param>
public sealed record CertificateReload(bool Taken, DateTimeOffset ExpiresAt, string? Problem);

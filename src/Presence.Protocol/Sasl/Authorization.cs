using Presence.Protocol.Addressing;

namespace Presence.Protocol.Sasl;

/// <summary>
/// Whom a client may act as (RFC 6120 §6.3.8): itself, named or not. It must never let one account speak for another.
/// </summary>
internal static class Authorization
{
    /// <summary>True when no identity was asked for, or the bare address of the account itself.</summary>
    public static bool IsOwn(string? authzid, string username, string domain) =>
        string.IsNullOrEmpty(authzid)
        || (Jid.TryParse(authzid, out var asked) && asked.IsBare && asked.Local == username && asked.Domain == domain);
}

using System.Globalization;
using System.Text.Json.Nodes;
using Presence.Actors.Admin;
using Presence.Edge.Listening;
using Presence.Node.Checks;

namespace Presence.Node.Endpoints;

/// <summary>The JSON of the admin endpoint; what programs rely on, so names are only ever added. Times are ISO 8601 in UTC.</summary>
internal static class AdminJson
{
    /// <param name="limit">A full page may not be the last: <c>next</c> says where to go on.</param>
    public static JsonObject Users(IReadOnlyList<string> users, int limit) => new()
    {
        ["users"] = Array(users, jid => JsonValue.Create(jid)),
        ["next"] = users.Count == limit ? users[^1] : null,
    };

    public static JsonObject Sessions(UserDescription user) => new()
    {
        ["jid"] = user.Jid,
        ["sessions"] = Array(user.Sessions, Session),
        ["registrations"] = Array(user.Registrations, Registration),
    };

    public static JsonObject Queue(UserDescription user) => new()
    {
        ["jid"] = user.Jid,
        ["waitingBytes"] = user.WaitingBytes,
        ["maxWaitingBytes"] = user.MaxWaitingBytes,
        ["queue"] = Array(user.Queue, message => new JsonObject
        {
            ["stanzaId"] = message.StanzaId,
            ["from"] = message.From,
            ["at"] = Time(message.Id >> 20),
            ["bytes"] = message.Bytes,
            ["deserving"] = message.Deserving,
            ["waitsFor"] = Array(message.WaitsFor, resource => JsonValue.Create(resource)),
        }),
    };

    public static JsonObject Explanation(string jid, string stanzaId, IReadOnlyList<string> lines) => new()
    {
        ["jid"] = jid,
        ["stanzaId"] = stanzaId,
        ["lines"] = Array(lines, line => JsonValue.Create(line)),
    };

    public static JsonObject Checks(IReadOnlyList<CheckResult> results) => new()
    {
        ["checks"] = Array(results, result => new JsonObject
        {
            ["name"] = result.Name,
            ["status"] = result.Status.ToString().ToLowerInvariant(),
            ["message"] = result.Message,
        }),
    };

    public static JsonObject Certificate(CertificateReload reload) => new()
    {
        ["taken"] = reload.Taken,
        ["expiresAt"] = Time(reload.ExpiresAt.ToUnixTimeMilliseconds()),
    };

    private static JsonObject Session(SessionDescription session) => new()
    {
        ["resource"] = session.Resource,
        ["number"] = session.SessionNo,
        ["phase"] = session.Phase,
        ["resumable"] = session.Resumable,
        ["presence"] = session.Presence,
        ["priority"] = session.Priority,
        ["queued"] = session.Queued,
        ["queuedBytes"] = session.QueuedBytes,
        ["connection"] = session.ConnectionId,
        ["remote"] = session.Remote,
        ["expiresAt"] = session.ExpiresAtMs is { } expires ? Time(expires) : null,
        ["lastInteraction"] = Time(session.LastInteractionMs),
        ["pushEnabled"] = session.PushEnabled,
        ["carbons"] = session.Carbons,
    };

    // A device address is a secret between phone and provider: its beginning is enough to tell two apart.
    private static JsonObject Registration(RegistrationDescription registration) => new()
    {
        ["service"] = registration.Service,
        ["node"] = registration.Node.Length > 8 ? registration.Node[..8] + "…" : registration.Node,
        ["resource"] = registration.Resource,
        ["hold"] = registration.Hold,
        ["disabled"] = registration.DisabledReason,
    };

    private static string? Time(long unixMs) =>
        unixMs <= 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonArray Array<T>(IReadOnlyList<T> items, Func<T, JsonNode?> show) => new([.. items.Select(show)]);
}

using System.Text.Json.Nodes;
using Presence.Actors.Admin;

namespace Presence.Node.Endpoints;

/// <summary>One answer of the admin endpoint: a status and a JSON object, or nothing to say.</summary>
internal sealed record AdminAnswer(int Status, JsonObject? Body)
{
    /// <summary>Writes a long answer bit by bit, in place of a body; what it throws breaks the connection off, so that nobody takes a part for the whole.</summary>
    public Func<Stream, CancellationToken, Task>? Content { get; init; }

    public string ContentType { get; init; } = "application/json";

    public static AdminAnswer Done { get; } = new(StatusCodes.Status204NoContent, null);

    public static AdminAnswer Ok(JsonObject body) => new(StatusCodes.Status200OK, body);

    public static AdminAnswer Stream(string contentType, Func<Stream, CancellationToken, Task> content) =>
        new(StatusCodes.Status200OK, null) { Content = content, ContentType = contentType };

    /// <param name="error">A word for programs; the message is for people.</param>
    public static AdminAnswer Refused(int status, string error, string message) =>
        new(status, new JsonObject { ["error"] = error, ["message"] = message });

    public static AdminAnswer BadRequest(string message) => Refused(StatusCodes.Status400BadRequest, "bad-request", message);

    /// <summary>What an owner's refusal looks like; <paramref name="what"/> names what was not found.</summary>
    public static AdminAnswer From(AdminReply reply, string jid, string what) => reply.Status switch
    {
        AdminStatus.NoSuchUser => Refused(StatusCodes.Status404NotFound, "no-such-user", $"there is no account {jid}"),
        AdminStatus.NotFound => Refused(StatusCodes.Status404NotFound, "not-found", $"{jid} has no {what}"),
        AdminStatus.AlreadyExists => Refused(StatusCodes.Status409Conflict, "exists", $"{jid} exists already"),
        AdminStatus.Erasing => Unavailable($"the data of a removed account {jid} is still being deleted; try again in a moment"),
        AdminStatus.Defect => Refused(StatusCodes.Status500InternalServerError, "defect", "the node met a defect with this and did nothing of it; see its log"),
        _ => Unavailable("the node is overloaded, stopping, or cannot write its data; see its log and /healthz"),
    };

    public static AdminAnswer Unavailable(string message) => Refused(StatusCodes.Status503ServiceUnavailable, "unavailable", message);
}

namespace Presence.Edge.Connections;

/// <summary>What the deadlines of a connection are measured by, as timestamps of the time provider; a snapshot that must never be kept.</summary>
/// <param name="Started">When it was accepted.</param>
/// <param name="Received">When bytes were last read.</param>
/// <param name="Sent">When bytes last went to the operating system.</param>
/// <param name="SendingSince">Since when a send has waited for the socket.</param>
/// <param name="RequestedSince">Since when an <c>&lt;r/&gt;</c> has been unanswered.</param>
/// <param name="LingeringSince">Since when the stream has been ending.</param>
internal readonly record struct ConnectionTimes(
    long Started, long Received, long Sent, long? SendingSince, long? RequestedSince, long? LingeringSince);

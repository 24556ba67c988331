using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Takes messages back in this user's own log (XEP-0424, sessions.md 4.1): the original, and corrections of it, become tombstones in their places; the
/// retraction stays a row of its own. Only what its author sent in the same conversation is touched.
/// </summary>
/// <remarks>
/// Bodies are not in memory, so the original is looked for in the store, one retraction after another. Until that is done the retraction's row is flagged
/// <see cref="MessageFlags.Unapplied"/>, and whoever loads the user goes on. What a session has not been sent yet reaches it as the tombstone.
/// Not turned: what lies further back than <see cref="Look"/> messages, messages of a room (a nickname is no author), and what comes while
/// <see cref="UserRows.MaxRetractions"/> wait. The retraction itself arrives in any case.
/// </remarks>
internal static class RetractionFeature
{
    /// <summary>Messages of the conversation that are searched, newest first.</summary>
    internal const int Look = 5_000;

    /// <summary>Rows of one message at most: itself and its corrections. Also the most rows of the queue that are looked at.</summary>
    private const int MaxRows = 100;

    /// <summary>A retraction that is about to be written, noted as one to be applied.</summary>
    public static MessageRow Marked(MessageRow row, UserState user) =>
        (row.Flags & MessageFlags.Retraction) != 0 && (user.Retractions?.Count ?? 0) < UserRows.MaxRetractions
            ? row with { Flags = row.Flags | MessageFlags.Unapplied } : row;

    /// <summary>Asks for the next original, at the end of every turn; nearly always there is nothing to ask for.</summary>
    public static void Continue(Turn turn)
    {
        var user = turn.User;
        if (user.RetractionUnderWay || user.Retractions is not { Count: > 0 } waiting)
        {
            return;
        }

        user.RetractionUnderWay = true;
        var (userId, id) = (user.UserId, waiting[0]);

        // Rows that are only queued are in no index of the archive; those that still are somewhere on their way are in memory.
        List<(long Id, string Peer)> queued = [.. user.Tail.Union(user.Backlog)
            .Where(r => r.Id < id && (r.Flags & (MessageFlags.Visible | MessageFlags.Verbatim)) == 0).Select(r => (r.Id, r.Peer))];
        turn.Read(store => RetractionReading.Find(store, userId, id, queued, Look, MaxRows), () => new RetractionInput(userId, id, null, []));
    }

    /// <summary>The store answered. A row that was deleted meanwhile stays deleted.</summary>
    public static void Found(RetractionInput input, Turn turn)
    {
        var user = turn.User;
        if (user.Retractions?.FirstOrDefault() != input.Id)
        {
            return;
        }

        user.RetractionUnderWay = false;
        if (input.Retraction is not { } retraction)
        {
            // Gone with everything it said; or unreadable, then the next load tries again.
            user.Retractions.RemoveAt(0);
            return;
        }

        var (time, id) = (DateTimeOffset.FromUnixTimeMilliseconds(retraction.Id >> 20), Stanza.TryParseStamped(retraction.Body, out var stanza) ? stanza.Id : null);
        foreach (var original in input.Originals)
        {
            if (Stanza.TryParseStamped(original.Body, out var message))
            {
                const MessageFlags said = MessageFlags.Deserving | MessageFlags.Call | MessageFlags.Correction | MessageFlags.Reaction;
                var flags = (original.Flags & ~said) | MessageFlags.Retracted;
                turn.Emit(new MessageRewritten(user.UserId, original.Id, flags, Retraction.Tombstone(message, id, time)));
            }
        }

        turn.Emit(new MessageRewritten(user.UserId, retraction.Id, retraction.Flags & ~MessageFlags.Unapplied, retraction.Body));
        PushReview.Retracted(retraction.Peer, turn);
    }
}

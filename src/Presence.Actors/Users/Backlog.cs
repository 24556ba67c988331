using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// What no device has acknowledged yet (sessions.md 4.3). The account's cursor follows its oldest row and so never passes an unread one;
/// a session that expires loses nothing, because what it had not acknowledged is still here.
/// </summary>
public static class Backlog
{
    /// <summary>Whether the row waits for a device at all.</summary>
    public static bool IsOf(MessageRef row) =>
        (row.Flags & MessageFlags.Offline) != 0 && (row.Flags & (MessageFlags.Outgoing | MessageFlags.ToSelf)) != MessageFlags.Outgoing;

    /// <summary>
    /// Whether a message that came has no room (sessions.md 4.5). Only one that would have to wait: what a connected client takes at once takes no room, however much waits.
    /// </summary>
    public static bool IsFull(MessageRef draft, Turn turn)
    {
        var (user, most) = (turn.User, turn.Options.MaxQueuedBytesPerUser);
        return most > 0 && user.BacklogBytes + draft.Size > most && IsOf(draft)
            && !user.Sessions.Exists(s => s.Receiving && MessageForms.Choose(draft, s) == MessageForm.Plain);
    }

    /// <summary>A session became available: it gets what waits, except what it has seen by asking the archive.</summary>
    /// <remarks>
    /// At most half of a session's queue at once, in stanzas and in bytes: otherwise what others sent to an absent user would end each of its sessions
    /// as overfull. What is left over is offered to the next session, and stands in the archive.
    /// </remarks>
    /// <param name="behind">Rows up to here it has been offered before, as <see cref="SessionState.Offered"/> said.</param>
    public static void Offer(SessionState session, long behind, Turn turn)
    {
        var user = turn.User;
        if (user.Backlog.Count == 0)
        {
            return;
        }

        var numbered = session.Unacked?.Select(i => i.MessageId).ToHashSet();
        var (room, bytes) = (turn.Options.MaxQueuedStanzas / 2, turn.Options.MaxQueuedBytes / 2);
        foreach (var row in user.Backlog)
        {
            if (row.Id > session.Cursor)
            {
                // Came while the session was silent: numbered with everything else it has not looked at.
                break;
            }

            // The backlog alone would not tell: what was acknowledged comes back into it when an owner dies.
            var had = row.Id <= behind;
            var seen = (row.Flags & MessageFlags.Visible) != 0 && row.Id <= session.ArchiveReach;
            if (had || seen || WaitsForItsOwn(row, session, user) || numbered?.Contains(row.Id) == true || MessageForms.Choose(row, session) != MessageForm.Plain)
            {
                continue;
            }

            bytes -= row.Size;
            if (room-- == 0 || bytes < 0)
            {
                break;
            }

            AddToTail(user, row);
            Outbound.Number(session, row.Id, default, row.Size, turn);
        }

        Outbound.Replay(session, turn);
    }

    /// <summary>Notes what a session has been offered, or will be with everything else that is held for it. Written with its presence.</summary>
    public static void LookedAt(SessionState session, UserState user) => session.Offered = session.Receiving ? user.LastId : session.Cursor;

    /// <summary>Some device has the row.</summary>
    public static void Acknowledged(UserState user, long messageId)
    {
        var at = Find(user.Backlog, messageId);
        if (at >= 0)
        {
            user.BacklogBytes -= user.Backlog[at].Size;
            user.Backlog.RemoveAt(at);
        }
    }

    /// <summary>Whether no device has acknowledged the row.</summary>
    public static bool Holds(UserState user, long messageId) => Find(user.Backlog, messageId) >= 0;

    /// <summary>Whether the row waits for a first device, as far as is known: behind a cut nobody knows.</summary>
    public static bool Waits(UserState user, MessageRef row) =>
        Holds(user, row.Id) || (user.BacklogCutAt != 0 && row.Id > user.BacklogCutAt && IsOf(row));

    /// <summary>A row that is older than some that are there. Past the limit the newest are left to the archive, as ever.</summary>
    internal static void Insert(UserState user, MessageRef row)
    {
        var at = Find(user.Backlog, row.Id);
        if (at >= 0)
        {
            return;
        }

        user.Backlog.Insert(~at, row);
        user.BacklogBytes += row.Size;
        if (user.Backlog.Count > user.BacklogLimit)
        {
            user.Backlog.RemoveAt(user.Backlog.Count - 1);
            user.BacklogCutAt = user.Backlog[^1].Id;
        }
    }

    /// <summary>The session that the row was addressed to lives: it will come for it. When that ends, the next new session is offered the row.</summary>
    private static bool WaitsForItsOwn(MessageRef row, SessionState session, UserState user) =>
        (row.Flags & MessageFlags.ToFullJid) != 0 && row.ToResource is { } resource && resource != session.Resource && user.SessionOf(resource) is not null;

    private static void AddToTail(UserState user, MessageRef row)
    {
        var at = Find(user.Tail, row.Id);
        if (at < 0)
        {
            user.Tail.Insert(~at, row);
            user.TailBytes += row.Size;
        }
    }

    private static int Find(List<MessageRef> rows, long id)
    {
        var (low, high) = (0, rows.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (rows[middle].Id == id)
            {
                return middle;
            }

            (low, high) = rows[middle].Id < id ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}

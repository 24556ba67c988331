using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// The rows some session still lacks. Rows leave memory when every session has acknowledged or passed them; invisible ones leave the store
/// then as well (sessions.md 4.1).
/// </summary>
public static class Tail
{
    /// <summary>Whether the session has not yet acknowledged the row (it may not be for it: see <see cref="MessageForms.Choose"/>).</summary>
    public static bool Lacks(SessionState session, long messageId)
    {
        if (messageId > session.Cursor)
        {
            return true;
        }

        if (session.Unacked is { } list)
        {
            foreach (var item in list)
            {
                if (item.MessageId == messageId)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Index of the first row with a greater id.</summary>
    public static int FirstBehind(List<MessageRef> rows, long id)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = rows[middle].Id > id ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>Rows every session has behind it leave; an invisible one leaves the store too unless it still waits for a first device.</summary>
    public static void Trim(Turn turn)
    {
        var user = turn.User;
        if (user.Tail.Count == 0)
        {
            return;
        }

        var low = long.MaxValue;
        foreach (var session in user.Sessions)
        {
            low = Math.Min(low, LowWater(session));
        }

        var count = 0;
        List<long>? invisible = null;
        while (count < user.Tail.Count && user.Tail[count].Id <= low)
        {
            var row = user.Tail[count++];
            user.TailBytes -= row.Size;
            if ((row.Flags & MessageFlags.Visible) == 0 && !Backlog.Waits(user, row))
            {
                (invisible ??= []).Add(row.Id);
            }
        }

        user.Tail.RemoveRange(0, count);
        if (invisible is not null)
        {
            // The ids may be the highest of the user: the account must remember them before the rows go.
            turn.Emit(new AccountCursorsMoved(user.UserId, user.DeliveredAny, user.LastId));
            turn.Emit(new MessagesDropped(user.UserId, invisible));
        }
    }

    private static long LowWater(SessionState session)
    {
        var low = session.Cursor;
        if (session.Unacked is { } list)
        {
            foreach (var item in list)
            {
                if (item.MessageId != 0)
                {
                    low = Math.Min(low, item.MessageId - 1);
                }
            }
        }

        return low;
    }
}

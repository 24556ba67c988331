using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Pages of the archive (XEP-0313 with result set management, XEP-0059). Paging is by id, never by offset, so that a page costs the same wherever
/// it lies; only the counts walk the filter's rows, and those in an index that holds no bodies.
/// </summary>
internal static class ArchiveReads
{
    private static readonly ArchivePage Unknown = new([], false, 0, 0, true);

    public static ArchivePage Page(Connection c, ArchiveQuery q)
    {
        if (!Exists(c, q, q.AfterId) || !Exists(c, q, q.BeforeId))
        {
            return Unknown;
        }

        var first = q.StartId ?? long.MinValue;
        var last = Math.Min(q.EndId ?? long.MaxValue, q.Snapshot);
        var low = q.AfterId is { } after ? Math.Max(first, after + 1) : first;
        var high = q.BeforeId is { } before ? Math.Min(last, before - 1) : last;
        var max = Math.Max(q.Max, 0);

        // One more than asked for tells whether the page is the last.
        var index = q.With is null ? "message_key" : "message_peer";
        var order = q.Backwards ? "ORDER BY id DESC LIMIT ?" : "ORDER BY id LIMIT ?";
        var rows = Filter(c, q, $"SELECT {Rows.Message} FROM message INDEXED BY {index}", order, low, high)
            .Add(max + 1L).All(Rows.ToMessage);
        var complete = rows.Count <= max;
        if (!complete)
        {
            rows.RemoveRange(max, rows.Count - max);
        }

        if (q.Backwards)
        {
            rows.Reverse();
        }

        var count = Count(c, q, first, last);
        var position = rows.Count == 0 || rows[0].Id == long.MinValue ? 0 : Count(c, q, first, rows[0].Id - 1);
        return new ArchivePage(rows, complete, count, position, false);
    }

    /// <summary>As <see cref="IStore.SearchConversation"/> says. Bodies are looked through inside SQLite; only those that match are copied.</summary>
    public static List<MessageRow> Search(Connection c, long userId, string peer, long beforeId, byte[] text, int look, int limit) => c.Prepare($"""
        SELECT {Rows.Message} FROM (
            SELECT * FROM message INDEXED BY message_peer WHERE user_id = ? AND (flags & 2) <> 0 AND peer = ? AND id < ? ORDER BY id DESC LIMIT ?)
        WHERE instr(body, ?) > 0 ORDER BY id DESC LIMIT ?
        """).Start().Add(userId).Add(peer).Add(beforeId).Add(look).Add(text).Add(limit).All(Rows.ToMessage);

    private static bool Exists(Connection c, ArchiveQuery q, long? id)
    {
        if (id is not { } known)
        {
            return true;
        }

        return known <= q.Snapshot
            && c.Prepare("SELECT 1 FROM message WHERE user_id = ? AND id = ?").Start().Add(q.UserId).Add(known).First(static _ => true);
    }

    private static int Count(Connection c, ArchiveQuery q, long low, long high) =>
        Filter(c, q, "SELECT count(*) FROM message INDEXED BY message_peer", "", low, high).First(static s => s.Int32(0));

    private static Statement Filter(Connection c, ArchiveQuery q, string select, string tail, long low, long high)
    {
        var where = " WHERE user_id = ? AND (flags & 2) <> 0 AND id BETWEEN ? AND ?";
        where += q.With is null ? "" : " AND peer = ?";
        where += q.With is null || q.WithResource is null ? "" : " AND peer_resource = ?";
        var statement = c.Prepare(select + where + " " + tail).Start().Add(q.UserId).Add(low).Add(high);
        if (q.With is { } peer)
        {
            statement.Add(peer);
            if (q.WithResource is { } resource)
            {
                statement.Add(resource);
            }
        }

        return statement;
    }
}

using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Pages of the archive (XEP-0313 with result set management, XEP-0059). Paging is by id, never by offset, so that a page costs the same wherever it lies; only the counts walk
/// the filter's rows, and those in an index that holds no bodies.
/// </summary>
internal static class ArchiveReads
{
    private static readonly ArchivePage Unknown = new([], false, 0, 0, true);

    /// <summary>In a transaction with one snapshot, so that the counts fit the page.</summary>
    public static ArchivePage Page(NpgsqlConnection c, ArchiveQuery q)
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
        var rows = Query.All(
            c, $"SELECT {Rows.Message} FROM message {Where(q)} ORDER BY id {(q.Backwards ? "DESC" : "")} LIMIT $4", Rows.ToMessage,
            Arguments(q, low, high, max + 1L));
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

    /// <summary>As <see cref="IStore.SearchConversation"/> says. Bodies are looked through inside PostgreSQL; only those that match are sent.</summary>
    public static List<MessageRow> Search(NpgsqlConnection c, long userId, string peer, long beforeId, byte[] text, int look, int limit) => Query.All(
        c,
        $"""
        SELECT {Rows.Message} FROM (
            SELECT * FROM message WHERE user_id = $1 AND (flags & 2) <> 0 AND peer = $2 AND id < $3 ORDER BY id DESC LIMIT $4) AS newest
        WHERE position($5 IN body) > 0 ORDER BY id DESC LIMIT $6
        """,
        Rows.ToMessage, userId, peer, beforeId, look, text, limit);

    private static bool Exists(NpgsqlConnection c, ArchiveQuery q, long? id) => id is not { } known
        || (known <= q.Snapshot && Query.First(c, "SELECT true FROM message WHERE user_id = $1 AND id = $2", static r => r.GetBoolean(0), q.UserId, known));

    private static int Count(NpgsqlConnection c, ArchiveQuery q, long low, long high) =>
        (int)Query.First(c, $"SELECT count(*) FROM message {Where(q)} LIMIT $4", Rows.ToNumber, Arguments(q, low, high, 1));

    // $4 is the limit in every statement, so that the filter's own parameters keep their numbers.
    private static string Where(ArchiveQuery q) => "WHERE user_id = $1 AND (flags & 2) <> 0 AND id BETWEEN $2 AND $3"
        + (q.With is null ? "" : " AND peer = $5") + (q.With is null || q.WithResource is null ? "" : " AND peer_resource = $6");

    private static List<object> Arguments(ArchiveQuery q, long low, long high, long limit)
    {
        List<object> arguments = [q.UserId, low, high, limit];
        if (q.With is { } peer)
        {
            arguments.Add(peer);
            if (q.WithResource is { } resource)
            {
                arguments.Add(resource);
            }
        }

        return arguments;
    }
}

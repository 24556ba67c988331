using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Reads the rows that some session of a user still lacks, without bodies. Each session has a queue of its own: one that lags far behind, or a device that writes a lot, must not cost another
/// session its rows.
/// </summary>
internal static class TailReads
{
    // 1: Outgoing, 64: ToSelf. A copy of what was sent is for sessions with carbons only (XEP-0280).
    private const string MayBeFor = "(?3 OR (flags & 1) = 0 OR (flags & 64) <> 0)";

    /// <param name="limit">Rows per session.</param>
    /// <param name="overfull">Sessions for which as many were found.</param>
    public static IReadOnlyList<MessageRef> Of(
        Connection c, long userId, List<SessionRow> sessions, List<SessionDocRow> docs, List<DeliveryRow> deliveries, int limit, out List<int> overfull)
    {
        overfull = [];
        if (sessions.Count == 0)
        {
            return [];
        }

        var rows = new SortedDictionary<long, MessageRef>();
        foreach (var session in sessions)
        {
            var carbons = docs.Exists(d => d.SessionNo == session.SessionNo && d.Carbons);
            var own = c.Prepare($"SELECT {Rows.Ref} FROM message WHERE user_id = ?1 AND id > ?2 AND {MayBeFor} ORDER BY id LIMIT ?4").Start()
                .Add(userId).Add(Considered(session, deliveries)).Add(carbons ? 1 : 0).Add(limit).All(Rows.ToRef);
            Add(rows, own);
            if (own.Count >= limit)
            {
                overfull.Add(session.SessionNo);
            }
        }

        if (deliveries.Count > 0)
        {
            // What is numbered and not acknowledged is behind the cursor, but still lacking.
            Add(rows, c.Prepare($"SELECT {Rows.Ref} FROM message WHERE user_id = ?1 AND id IN (SELECT message_id FROM delivery WHERE user_id = ?1)").Start()
                .Add(userId).All(Rows.ToRef));
        }

        // 2: Visible. Rows that only wait in queues are deleted when the last session has passed them; the owner must know of them.
        var low = deliveries.Aggregate(sessions.Min(s => s.Cursor), (lowest, d) => Math.Min(lowest, d.MessageId - 1));
        Add(rows, c.Prepare($"SELECT {Rows.Ref} FROM message WHERE user_id = ?1 AND id > ?2 AND (flags & 2) = 0 ORDER BY id LIMIT ?3").Start()
            .Add(userId).Add(low).Add(limit).All(Rows.ToRef));
        return [.. rows.Values];
    }

    /// <summary>The cursor is written with acknowledgements only; rows up to the highest that is numbered have been considered too.</summary>
    private static long Considered(SessionRow session, List<DeliveryRow> deliveries) =>
        deliveries.Aggregate(session.Cursor, (cursor, d) => d.SessionNo == session.SessionNo ? Math.Max(cursor, d.MessageId) : cursor);

    private static void Add(SortedDictionary<long, MessageRef> rows, List<MessageRef> found)
    {
        foreach (var row in found)
        {
            rows[row.Id] = row;
        }
    }
}

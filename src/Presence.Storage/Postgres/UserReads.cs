using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Reads of one user's rows on a connection that is in a transaction with one snapshot, so that all of them are of one moment. Never reads a body unless bodies were asked for.
/// </summary>
internal static class UserReads
{
    // 32: Offline; of what the user sent (1) only what it sent to itself (64) also comes in.
    private const string WhereOffline = "FROM message WHERE user_id = $1 AND id > $2 AND (flags & 32) <> 0 AND ((flags & 1) = 0 OR (flags & 64) <> 0)";
    private const string OfflineRefs = $"SELECT {Rows.Ref} {WhereOffline} ORDER BY id LIMIT $3";

    // 1: Outgoing, 64: ToSelf. A copy of what was sent is for sessions with carbons only (XEP-0280).
    private const string TailOfSession = $"SELECT {Rows.Ref} FROM message WHERE user_id = $1 AND id > $2 AND ($3 OR (flags & 1) = 0 OR (flags & 64) <> 0) ORDER BY id LIMIT $4";

    public static UserRows? Load(NpgsqlConnection c, long userId, int tailLimit)
    {
        using var first = new QueryBatch(c);
        first.Add($"SELECT {Rows.Account} FROM account WHERE user_id = $1", userId);
        first.Add("SELECT coalesce(max(id), 0) FROM message WHERE user_id = $1", userId);
        first.Add($"SELECT {Rows.Session} FROM session WHERE user_id = $1 ORDER BY session_no", userId);
        first.Add($"SELECT {Rows.Doc} FROM session_doc WHERE user_id = $1 ORDER BY session_no", userId);
        first.Add($"SELECT {Rows.Delivery} FROM delivery WHERE user_id = $1 ORDER BY session_no, out_seq", userId);
        first.Add($"SELECT {Rows.Roster} FROM roster WHERE user_id = $1 ORDER BY contact", userId);
        first.Add("SELECT jid FROM blocked WHERE user_id = $1 ORDER BY jid", userId);
        first.Add($"SELECT {Rows.Tombstone} FROM tombstone WHERE user_id = $1 ORDER BY ended_at, sm_id", userId);
        first.Add($"SELECT {Rows.Registration} FROM push_registration WHERE user_id = $1 ORDER BY service, node", userId);
        first.Add($"SELECT {Rows.Push} FROM push_outbox WHERE user_id = $1 ORDER BY service, node, conversation", userId);
        first.Add($"SELECT {Rows.DocumentRef} FROM document WHERE user_id = $1 ORDER BY kind, name", userId);

        // 131072: Unapplied, as in the index.
        first.Add("SELECT id FROM message WHERE user_id = $1 AND (flags & 131072) <> 0 ORDER BY id LIMIT $2", userId, UserRows.MaxRetractions);
        if (first.Next(Rows.ToAccount) is not [var account])
        {
            return null;
        }

        // Rows raise the highest id without touching the account row; the account remembers it once rows are deleted.
        account = account with { LastId = Math.Max(account.LastId, first.Next(Rows.ToNumber)[0]) };
        var rows = new UserRows(
            Sessions: first.Next(Rows.ToSession), Docs: first.Next(Rows.ToDoc), Deliveries: first.Next(Rows.ToDelivery), Roster: first.Next(Rows.ToRoster),
            Blocked: first.Next(Rows.ToText), Tombstones: first.Next(Rows.ToTombstone), Registrations: first.Next(Rows.ToRegistration),
            Pushes: first.Next(Rows.ToPush), Documents: first.Next(Rows.ToDocumentRef), Account: account, Tail: [], Backlog: [])
        {
            Retractions = first.Next(Rows.ToNumber),
        };
        first.Dispose();
        return WithWaiting(c, rows, tailLimit);
    }

    public static List<MessageRow> Messages(NpgsqlConnection c, long userId, IReadOnlyList<long> ids)
    {
        var found = Query.All(c, $"SELECT {Rows.Message} FROM message WHERE user_id = $1 AND id = ANY ($2)", Rows.ToMessage, userId, ids.Distinct().ToArray())
            .ToDictionary(m => m.Id);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    public static DocumentRow? Document(NpgsqlConnection c, long userId, DocumentKind kind, string name) => Query.First(
        c, $"SELECT {Rows.Document} FROM document WHERE user_id = $1 AND kind = $2 AND name = $3", Rows.ToDocument, userId, (int)kind, name);

    public static List<string> Accounts(NpgsqlConnection c, string? after, int limit) =>
        Query.All(c, "SELECT jid FROM account WHERE jid > $1 ORDER BY jid LIMIT $2", Rows.ToText, after ?? "", limit);

    public static long? Find(NpgsqlConnection c, string jid) => Query.First(c, "SELECT user_id FROM account WHERE jid = $1", static r => (long?)r.GetInt64(0), jid);

    // 2: Visible.
    public static List<MessageRef> Visible(NpgsqlConnection c, long userId, long afterId, int limit) => Query.All(
        c, $"SELECT {Rows.Ref} FROM message WHERE user_id = $1 AND id > $2 AND (flags & 2) <> 0 ORDER BY id LIMIT $3", Rows.ToRef, userId, afterId, limit);

    public static List<MessageRef> Offline(NpgsqlConnection c, long userId, long afterId, int limit) => Query.All(c, OfflineRefs, Rows.ToRef, userId, afterId, limit);

    /// <summary>
    /// Adds the rows that some session still lacks, and the backlog. Each session has a queue of its own: one that lags far behind, or a device that writes a lot, must not cost another
    /// session its rows.
    /// </summary>
    private static UserRows WithWaiting(NpgsqlConnection c, UserRows user, int limit)
    {
        var (id, sessions, deliveries) = (user.Account.UserId, user.Sessions, user.Deliveries);
        using var batch = new QueryBatch(c);
        batch.Add(OfflineRefs, id, user.Account.DeliveredAny, limit);
        foreach (var session in sessions)
        {
            batch.Add(TailOfSession, id, Considered(session, deliveries), user.Docs.Any(d => d.SessionNo == session.SessionNo && d.Carbons), limit);
        }

        if (sessions.Count > 0)
        {
            // What is numbered and not acknowledged is behind the cursor, but still lacking.
            batch.Add($"SELECT {Rows.Ref} FROM message WHERE user_id = $1 AND id = ANY ($2)", id, deliveries.Select(d => d.MessageId).Distinct().ToArray());

            // 2: Visible. Rows that only wait in queues are deleted when the last session has passed them; the owner must know of them.
            var low = deliveries.Aggregate(sessions.Min(s => s.Cursor), (lowest, d) => Math.Min(lowest, d.MessageId - 1));
            batch.Add($"SELECT {Rows.Ref} FROM message WHERE user_id = $1 AND id > $2 AND (flags & 2) = 0 ORDER BY id LIMIT $3", id, low, limit);
        }

        var backlog = user.Account.DeliveredAny < user.Account.LastId ? batch.Next(Rows.ToRef) : Skip(batch);
        var (tail, overfull) = (new SortedDictionary<long, MessageRef>(), new List<int>());
        foreach (var session in sessions)
        {
            if (Add(tail, batch.Next(Rows.ToRef)) >= limit)
            {
                overfull.Add(session.SessionNo);
            }
        }

        if (sessions.Count > 0)
        {
            Add(tail, batch.Next(Rows.ToRef));
            Add(tail, batch.Next(Rows.ToRef));
        }

        batch.Dispose();
        return user with
        {
            Tail = [.. tail.Values], Overfull = overfull, Backlog = backlog,
            BacklogBytesBeyond = backlog.Count > 0 && backlog.Count == limit
                ? Query.First(c, $"SELECT coalesce(sum(length(body)), 0)::bigint {WhereOffline}", Rows.ToNumber, id, backlog[^1].Id) : 0,
        };
    }

    private static List<MessageRef> Skip(QueryBatch batch)
    {
        batch.Next(Rows.ToRef);
        return [];
    }

    /// <summary>The cursor is written with acknowledgements only; rows up to the highest that is numbered have been considered too.</summary>
    private static long Considered(SessionRow session, IReadOnlyList<DeliveryRow> deliveries) =>
        deliveries.Aggregate(session.Cursor, (cursor, d) => d.SessionNo == session.SessionNo ? Math.Max(cursor, d.MessageId) : cursor);

    private static int Add(SortedDictionary<long, MessageRef> rows, List<MessageRef> found)
    {
        foreach (var row in found)
        {
            rows[row.Id] = row;
        }

        return found.Count;
    }
}

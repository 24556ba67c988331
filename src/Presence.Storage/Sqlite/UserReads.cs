using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Reads of one user's rows on a connection that is in a read transaction, so that all of them are of one moment. Never reads a body
/// unless bodies were asked for.
/// </summary>
internal static class UserReads
{
    // 32: Offline; of what the user sent (1) only what it sent to itself (64) also comes in.
    private const string WhereOffline = "FROM message WHERE user_id = ? AND id > ? AND (flags & 32) <> 0 AND ((flags & 1) = 0 OR (flags & 64) <> 0)";

    public static UserRows? Load(Connection c, long userId, int tailLimit)
    {
        var account = Of(c, $"SELECT {Rows.Account} FROM account WHERE user_id = ?", userId).First(Rows.ToAccount);
        if (account is null)
        {
            return null;
        }

        // Rows raise the highest id without touching the account row; the account remembers it once rows are deleted.
        var lastRow = Of(c, "SELECT COALESCE(MAX(id), 0) FROM message WHERE user_id = ?", userId).First(static s => s.Int64(0));
        account = account with { LastId = Math.Max(account.LastId, lastRow) };
        var sessions = Of(c, $"SELECT {Rows.Session} FROM session WHERE user_id = ? ORDER BY session_no", userId).All(Rows.ToSession);
        var docs = Of(c, $"SELECT {Rows.Doc} FROM session_doc WHERE user_id = ? ORDER BY session_no", userId).All(Rows.ToDoc);
        var deliveries = Of(c, $"SELECT {Rows.Delivery} FROM delivery WHERE user_id = ? ORDER BY session_no, out_seq", userId).All(Rows.ToDelivery);
        var tail = TailReads.Of(c, userId, sessions, docs, deliveries, tailLimit, out var overfull);
        var backlog = account.DeliveredAny < account.LastId ? Offline(c, userId, account.DeliveredAny, tailLimit) : [];
        return new UserRows(
            account,
            Of(c, $"SELECT {Rows.Roster} FROM roster WHERE user_id = ? ORDER BY contact", userId).All(Rows.ToRoster),
            Of(c, "SELECT jid FROM blocked WHERE user_id = ? ORDER BY jid", userId).All(Rows.ToText),
            sessions,
            docs,
            deliveries,
            Of(c, $"SELECT {Rows.Tombstone} FROM tombstone WHERE user_id = ? ORDER BY ended_at, sm_id", userId).All(Rows.ToTombstone),
            Of(c, $"SELECT {Rows.Registration} FROM push_registration WHERE user_id = ? ORDER BY service, node", userId).All(Rows.ToRegistration),
            Of(c, $"SELECT {Rows.Push} FROM push_outbox WHERE user_id = ? ORDER BY service, node, conversation", userId).All(Rows.ToPush),
            tail,
            backlog,
            Of(c, $"SELECT {Rows.DocumentRef} FROM document WHERE user_id = ? ORDER BY kind, name", userId).All(Rows.ToDocumentRef))
        {
            Overfull = overfull,
            BacklogBytesBeyond = backlog.Count > 0 && backlog.Count == tailLimit ? OfflineBytes(c, userId, backlog[^1].Id) : 0,

            // 131072: Unapplied, as in the index.
            Retractions = Of(c, "SELECT id FROM message INDEXED BY message_unapplied WHERE user_id = ? AND (flags & 131072) <> 0 ORDER BY id LIMIT ?", userId)
                .Add(UserRows.MaxRetractions).All(static s => s.Int64(0)),
        };
    }

    public static CredentialRow? Credentials(Connection c, long userId) =>
        Of(c, $"SELECT {Rows.Credential} FROM account WHERE user_id = ?", userId).First(Rows.ToCredential);

    public static List<MessageRow> Messages(Connection c, long userId, IReadOnlyList<long> ids)
    {
        var found = new List<MessageRow>(ids.Count);
        foreach (var id in ids)
        {
            if (Of(c, $"SELECT {Rows.Message} FROM message WHERE user_id = ? AND id = ?", userId).Add(id).First(Rows.ToMessage) is { } row)
            {
                found.Add(row);
            }
        }

        return found;
    }

    public static DocumentRow? Document(Connection c, long userId, DocumentKind kind, string name) =>
        Of(c, $"SELECT {Rows.Document} FROM document WHERE user_id = ? AND kind = ? AND name = ?", userId).Add((long)kind).Add(name).First(Rows.ToDocument);

    public static long? Find(Connection c, string jid) => c.Prepare("SELECT user_id FROM account WHERE jid = ?").Start().Add(jid).First(static s => (long?)s.Int64(0));

    // 2: Visible. By the index in the order of ids, which holds every row: one user's are few beside the sort it saves.
    public static List<MessageRef> Visible(Connection c, long userId, long afterId, int limit) =>
        Of(c, $"SELECT {Rows.Ref} FROM message INDEXED BY message_key WHERE user_id = ? AND id > ? AND (flags & 2) <> 0 ORDER BY id LIMIT ?", userId)
            .Add(afterId).Add(limit).All(Rows.ToRef);

    public static List<MessageRef> Offline(Connection c, long userId, long afterId, int limit)
    {
        return Of(c, $"SELECT {Rows.Ref} {WhereOffline} ORDER BY id LIMIT ?", userId).Add(afterId).Add(limit).All(Rows.ToRef);
    }

    private static long OfflineBytes(Connection c, long userId, long afterId) => Of(c, $"SELECT coalesce(sum(length(body)), 0) {WhereOffline}", userId)
        .Add(afterId).First(static s => s.Int64(0));

    public static List<string> Accounts(Connection c, string? after, int limit) =>
        c.Prepare("SELECT jid FROM account WHERE jid > ? ORDER BY jid LIMIT ?").Start().Add(after ?? "").Add(limit).All(Rows.ToText);

    private static Statement Of(Connection c, string sql, long userId) => c.Prepare(sql).Start().Add(userId);
}

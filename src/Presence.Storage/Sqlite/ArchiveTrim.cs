namespace Presence.Storage.Sqlite;

/// <summary>
/// Deletes old rows of the message log that nobody waits for. Walks the accounts round and round, a bounded number per step, so that retention costs
/// no index of its own on every message; it never deletes what a session, a delivery or the offline cursor still needs.
/// </summary>
internal sealed class ArchiveTrim(Connection connection)
{
    private const int AccountsPerStep = 1000;

    private long _after = long.MinValue;

    /// <summary>Runs in a transaction of the caller.</summary>
    public int Step(long olderThanId, int limit)
    {
        var users = connection.Prepare("SELECT user_id FROM account WHERE user_id > ? ORDER BY user_id LIMIT ?").Start()
            .Add(_after).Add(AccountsPerStep).All(static s => s.Int64(0));
        var deleted = 0;
        foreach (var user in users)
        {
            if (deleted >= limit)
            {
                return deleted;
            }

            deleted += Trim(user, olderThanId, limit - deleted);
            _after = deleted >= limit ? _after : user;
        }

        if (users.Count < AccountsPerStep)
        {
            _after = long.MinValue;
        }

        return deleted;
    }

    private int Trim(long user, long olderThanId, int limit)
    {
        // The next id must be greater than any before, also when the row that told is gone.
        var highest = connection.Prepare("SELECT max(id) FROM message WHERE user_id = ?").Start().Add(user).First(static s => s.Int64(0));
        var deleted = Delete(user, olderThanId, limit);
        if (deleted > 0)
        {
            connection.Prepare("UPDATE account SET last_id = max(last_id, ?2) WHERE user_id = ?1").Start().Add(user).Add(highest).Run();
        }

        return deleted;
    }

    // 32: Offline, 1: Outgoing, 64: ToSelf, as in UserReads.Offline.
    private int Delete(long user, long olderThanId, int limit) => connection.Prepare("""
        DELETE FROM message WHERE rowid IN (
            SELECT m.rowid FROM message m
            WHERE m.user_id = ?1 AND m.id < ?2
                AND m.id <= (SELECT coalesce(min(cursor), 9223372036854775807) FROM session WHERE user_id = ?1)
                AND m.id NOT IN (SELECT message_id FROM delivery WHERE user_id = ?1)
                AND NOT ((m.flags & 32) <> 0 AND ((m.flags & 1) = 0 OR (m.flags & 64) <> 0)
                    AND m.id > (SELECT delivered_any FROM account WHERE user_id = ?1))
            ORDER BY m.id LIMIT ?3)
        """).Start().Add(user).Add(olderThanId).Add(limit).Run();
}

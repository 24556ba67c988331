using Npgsql;

namespace Presence.Storage.Postgres;

/// <summary>
/// Deletes old rows of the message log that nobody waits for. Walks the accounts round and round, a bounded number per step and one user's rows per transaction; it never
/// deletes what a session, a delivery or the offline cursor still needs.
/// </summary>
internal sealed class ArchiveTrim
{
    private const int AccountsPerStep = 1000;

    private long _after = long.MinValue;

    public int Step(NpgsqlConnection connection, long olderThanId, int limit)
    {
        var (deleted, accounts) = (0, AccountsPerStep);
        while (deleted < limit && accounts > 0)
        {
            var wanted = limit - deleted;
            var (user, looked, gone, more) = Query.First(
                connection, "SELECT last_user, looked, deleted, more FROM trim_archive($1, $2, $3, $4)",
                static r => (r.GetInt64(0), r.GetInt32(1), r.GetInt32(2), r.GetBoolean(3)), _after, accounts, olderThanId, wanted);
            deleted += gone;
            accounts -= looked;

            // Whoever had all that was wanted may have more: it is looked at again.
            _after = gone == wanted ? user - 1 : user;
            if (!more)
            {
                _after = long.MinValue;
                break;
            }
        }

        return deleted;
    }
}

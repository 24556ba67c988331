using Npgsql;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>
/// Guards that look right and are not (ADR 0018), shown on the real server so that nobody brings them back: the statement of an old owner looks at the shard, waits for something else, and
/// meanwhile the take-over commits.
/// </summary>
public sealed class LeakTests : IDisposable
{
    private const string Old = "00000000-0000-0000-0000-000000000001";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PostgresDatabase _database = new();

    public LeakTests() => _database.Execute($"UPDATE shard SET epoch = 1, owner = '{Old}'");

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("INSERT INTO blocked SELECT 5, 'late' WHERE EXISTS (SELECT 1 FROM shard WHERE {0})")]
    [InlineData("WITH held AS MATERIALIZED (SELECT 1 FROM shard WHERE {0} FOR KEY SHARE) INSERT INTO blocked SELECT 5, 'late' FROM held")]
    public async Task A_look_without_a_lock_lets_the_row_of_an_old_owner_appear_after_the_take_over(string guarded)
    {
        var (takenOver, rows) = await RaceAsync(guarded);

        Assert.True(takenOver, "the take-over waited");
        Assert.Equal(1, rows);
    }

    [Theory]
    [InlineData("WITH held AS MATERIALIZED (SELECT 1 FROM shard WHERE {0} FOR SHARE) INSERT INTO blocked SELECT 5, 'late' FROM held")]
    [InlineData("WITH held AS MATERIALIZED (SELECT 1 FROM shard WHERE {0} FOR NO KEY UPDATE) INSERT INTO blocked SELECT 5, 'late' FROM held")]
    public async Task A_lock_that_an_update_has_to_wait_for_makes_the_take_over_come_after_the_row(string guarded)
    {
        var (takenOver, rows) = await RaceAsync(guarded);

        Assert.False(takenOver, "the take-over did not wait");
        Assert.Equal(1, rows);
    }

    [Fact]
    public async Task An_update_over_unnest_locks_in_no_order_and_can_deadlock()
    {
        Assert.True(await CrossesAsync("UPDATE shard SET committed = committed + 1 FROM unnest(ARRAY[5, 3]) AS w (id) WHERE shard.id = w.id"));
    }

    [Fact]
    public async Task Locks_by_id_do_not_deadlock()
    {
        Assert.False(await CrossesAsync("SELECT 1 FROM shard WHERE id = ANY (ARRAY[5, 3]) ORDER BY id FOR NO KEY UPDATE"));
    }

    /// <summary>
    /// The old owner's one statement has looked at the shard and waits for the key that a third transaction holds; then somebody takes the shard. Tells whether that could commit while the
    /// statement waited, and how many of its rows there are in the end.
    /// </summary>
    private async Task<(bool TakenOver, long Rows)> RaceAsync(string guarded)
    {
        using var third = _database.Connect();
        using var holding = third.BeginTransaction();
        Run(third, "INSERT INTO blocked VALUES (5, 'late')");
        var write = Task.Run(() => _database.Execute(string.Format(System.Globalization.CultureInfo.InvariantCulture, guarded, $"id = 3 AND epoch = 1 AND owner = '{Old}'")));
        Assert.True(await Eventually.HoldsAsync(() => Waiting() == 1, Patience));

        var takeOver = Task.Run(() => _database.Execute("UPDATE shard SET epoch = 2, owner = gen_random_uuid() WHERE id = 3"));
        Assert.True(await Eventually.HoldsAsync(() => takeOver.IsCompletedSuccessfully || Waiting() == 2, Patience));
        var takenOver = takeOver.IsCompletedSuccessfully;
        holding.Rollback();
        await Task.WhenAll(write, takeOver).WaitAsync(Patience);
        return (takenOver, _database.Scalar<long>("SELECT count(*) FROM blocked"));
    }

    /// <summary>A statement over shards 5 and 3 against a transaction that has locked 3 and then wants 5; true if the server had to break a deadlock.</summary>
    private async Task<bool> CrossesAsync(string statement)
    {
        using var other = _database.Connect();
        using var transaction = other.BeginTransaction();
        Run(other, "SELECT 1 FROM shard WHERE id = 3 FOR NO KEY UPDATE");
        var write = Task.Run(() => _database.Execute($"SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; {statement}"));
        Assert.True(await Eventually.HoldsAsync(() => Waiting() == 1, Patience));
        try
        {
            Run(other, "SELECT 1 FROM shard WHERE id = 5 FOR NO KEY UPDATE");
            transaction.Commit();
            await write.WaitAsync(Patience);
            return false;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            return true;
        }
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private long Waiting() => _database.Scalar<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()");
}

using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>
/// A commit that waits for its synchronous standby and is cancelled: PostgreSQL calls it done and only warns, though a failover would lose it. The server here waits for a standby that
/// never comes.
/// </summary>
public sealed class CancelledCommitTests : IDisposable
{
    private const int Shard = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PostgresCluster _cluster = new();
    private readonly PostgresDatabase _database;
    private readonly PostgresStore _store;

    public CancelledCommitTests()
    {
        _database = new PostgresDatabase(_cluster);
        _store = _database.Open();
    }

    public void Dispose()
    {
        _store.Dispose();
        _cluster.Dispose();
    }

    [Theory]
    [InlineData("pg_cancel_backend")]
    [InlineData("pg_terminate_backend")]
    public async Task A_commit_that_was_cancelled_while_it_waited_for_the_standby_is_unknown_until_the_standby_has_it(string end)
    {
        var writer = new Writer(_store);
        writer.Write(Shard);
        Standby("nobody");
        var batch = writer.Batch(writer.Part(Shard, new AccountCreated(Sample.Account(5))));

        var commit = Task.Run(() => _store.Commit(batch));
        Assert.True(await Eventually.HoldsAsync(() => Waiting() == 1, Patience));
        _database.Execute($"SELECT {end}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        Assert.Equal(CommitStatus.Unknown, (await commit.WaitAsync(Patience)).Status);

        // Everybody can see the row, and still nothing is acknowledged.
        Assert.NotNull(_store.LoadUser(5, 1));
        var resend = Task.Run(() => _store.Commit(batch));
        Assert.True(await Eventually.HoldsAsync(() => Waiting() == 1, Patience));
        Assert.False(resend.IsCompleted);

        Standby("");
        Assert.Equal([ShardOutcome.Committed], (await resend.WaitAsync(Patience)).Outcomes);
        Assert.Equal(2, _database.Scalar<long>($"SELECT committed FROM shard WHERE id = {Shard}"));
    }

    private void Standby(string name)
    {
        _database.Execute($"ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        _database.Execute("SELECT pg_reload_conf()");
        Assert.True(
            SpinWait.SpinUntil(() => _database.Scalar<string>("SELECT current_setting('synchronous_standby_names')") == name, Patience));
    }

    private long Waiting() => _database.Scalar<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
}

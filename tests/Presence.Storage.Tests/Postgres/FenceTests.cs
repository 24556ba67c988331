using Npgsql;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>An owner that was replaced while its write was under way (S4), and a take-over that must not wait for an owner that was stopped.</summary>
public sealed class FenceTests : IDisposable
{
    private const long User = 5;
    private const int Shard = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PostgresDatabase _database = new();
    private readonly StoppableProxy _proxy = new(PostgresCluster.Shared.Host);
    private readonly PostgresStore _store;
    private readonly Writer _writer;

    public FenceTests()
    {
        _store = new PostgresStore(_database.Options with { ConnectionString = _proxy.ConnectionString(_database.ConnectionString), AnswerWithin = Patience }, TimeProvider.System);
        _writer = new Writer(_store);
        _writer.Write(Shard, new AccountCreated(Sample.Account(User)));
    }

    public void Dispose()
    {
        _store.Dispose();
        _proxy.Dispose();
        _database.Dispose();
    }

    private GuardedBatch Large => _writer.Batch(
        _writer.Part(Shard, new JidBlocked(User, "a@b"), new MessageStored(Sample.Message(User, 1) with { Body = new byte[200_000] })));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_old_owner_that_waits_behind_the_take_over_is_refused_if_that_commits(bool commits)
    {
        using var other = _database.Connect();
        using var takeOver = other.BeginTransaction();
        Take(other);

        var commit = Task.Run(() => _store.Commit(Large));
        Assert.True(await Eventually.HoldsAsync(() => Waiting() == 1, Patience));
        if (commits)
        {
            takeOver.Commit();
        }
        else
        {
            takeOver.Rollback();
        }

        var answer = await commit.WaitAsync(Patience);
        Assert.Equal((CommitStatus.Answered, commits ? ShardOutcome.Fenced : ShardOutcome.Committed), (answer.Status, answer.Outcomes.Single()));
        Assert.Equal(commits ? 0 : 1, _store.LoadUser(User, 9)!.Blocked.Count);
        Assert.Equal(commits ? 0 : 1, _store.ReadMessages(User, [1]).Count);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(6)]
    public async Task An_owner_that_is_stopped_while_it_sends_holds_nothing_and_is_refused_when_it_goes_on(int heldBack)
    {
        _writer.Write(Shard);
        _proxy.HoldBack(heldBack);
        var commit = Task.Run(() => _store.Commit(Large));
        Assert.True(_proxy.WaitUntilHeld(Patience));

        using var other = _database.Connect();
        Assert.Equal(2, Take(other));
        _proxy.Release();

        Assert.Equal([ShardOutcome.Fenced], (await commit.WaitAsync(Patience)).Outcomes);
        Assert.Empty(_store.LoadUser(User, 9)!.Blocked);
        Assert.Empty(_store.ReadMessages(User, [1]));
    }

    [Fact]
    public async Task An_owner_that_is_stopped_before_the_last_message_has_committed_and_holds_nothing()
    {
        // Only Sync is missing. Would the server commit no sooner than it comes, the take-over would wait for a process that may be stopped for ever.
        _writer.Write(Shard);
        _proxy.HoldBack(5);
        var batch = Large;
        var commit = Task.Run(() => _store.Commit(batch));
        Assert.True(_proxy.WaitUntilHeld(Patience));
        Assert.True(await Eventually.HoldsAsync(() => _database.Scalar<long>($"SELECT committed FROM shard WHERE id = {Shard}") == 3, Patience));

        using var other = _database.Connect();
        Assert.Equal(3, Take(other));
        _proxy.Release();

        Assert.Equal([ShardOutcome.Committed], (await commit.WaitAsync(Patience)).Outcomes);
        Assert.Equal([ShardOutcome.Fenced], _store.Commit(batch).Outcomes);
        Assert.Equal(["a@b"], _store.LoadUser(User, 9)!.Blocked);
    }

    /// <summary>Takes all shards, within a short time or not at all; returns what the shard has committed.</summary>
    private static long Take(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand($"SET lock_timeout = '3s'; SELECT committed FROM take_all(gen_random_uuid()) WHERE id = {Shard}", connection);
        return (long)command.ExecuteScalar()!;
    }

    private long Waiting() => _database.Scalar<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE 'presence/%/lane%'");
}

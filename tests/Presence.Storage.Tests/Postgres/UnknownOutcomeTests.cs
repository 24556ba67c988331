using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>Attempts to commit whose end nobody has seen: told as unknown, and one row each in the end.</summary>
public sealed class UnknownOutcomeTests : IDisposable
{
    private const long User = 5;
    private const int Shard = 5;
    private const string Lanes = "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'presence/test/%/lane%'";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly PostgresDatabase _database = new();
    private readonly StoppableProxy _proxy = new(PostgresCluster.Shared.Host);
    private readonly PostgresStore _store;
    private readonly Writer _writer;

    public UnknownOutcomeTests()
    {
        _store = new PostgresStore(
            _database.Options with { ConnectionString = _proxy.ConnectionString(_database.ConnectionString), AnswerWithin = TimeSpan.FromMilliseconds(700) }, TimeProvider.System);
        _writer = new Writer(_store);
        _writer.Write(Shard, new AccountCreated(Sample.Account(User)));
    }

    public void Dispose()
    {
        _store.Dispose();
        _proxy.Dispose();
        _database.Dispose();
    }

    private GuardedBatch Blocking(string jid) => _writer.Batch(_writer.Part(Shard, new JidBlocked(User, jid), new AccountCreated(Sample.Account(User + 1, jid))));

    private void AssertWrittenOnResend(GuardedBatch batch)
    {
        Assert.Equal([ShardOutcome.Committed], _store.Commit(batch).Outcomes);
        _writer.Advance(Shard);
        _writer.Write(Shard, new JidBlocked(User, "next"));
        Assert.Equal(["a@b", "next"], _store.LoadUser(User, 1)!.Blocked);
        Assert.Equal(3, _database.Scalar<long>($"SELECT committed FROM shard WHERE id = {Shard}"));
    }

    [Fact]
    public void A_lost_answer_is_unknown_and_the_resend_finds_it_written()
    {
        var batch = Blocking("a@b");
        _proxy.LoseAnswer();

        Assert.Equal(CommitStatus.Unknown, _store.Commit(batch).Status);
        AssertWrittenOnResend(batch);
    }

    [Fact]
    public async Task A_server_process_that_is_ended_leaves_the_outcome_unknown()
    {
        var batch = Blocking("a@b");
        using var other = _database.Connect();
        using var transaction = other.BeginTransaction();
        using (var locking = new Npgsql.NpgsqlCommand("SELECT 1 FROM shard FOR UPDATE", other))
        {
            locking.ExecuteNonQuery();
        }

        var commit = Task.Run(() => _store.Commit(batch));
        Assert.True(await Eventually.HoldsAsync(() => _database.Scalar<long>($"SELECT count(*) {Lanes} AND wait_event_type = 'Lock'") == 1, Patience));
        _database.Execute($"SELECT pg_terminate_backend(pid) {Lanes}");

        Assert.Equal(CommitStatus.Unknown, (await commit.WaitAsync(Patience)).Status);
        transaction.Rollback();
        AssertWrittenOnResend(batch);
    }

    [Fact]
    public void A_commit_that_is_not_answered_is_given_up_and_its_server_process_ended()
    {
        var batch = Blocking("a@b");
        using (var other = _database.Connect())
        using (var transaction = other.BeginTransaction())
        {
            using var locking = new Npgsql.NpgsqlCommand("SELECT 1 FROM shard FOR UPDATE", other);
            locking.ExecuteNonQuery();

            var answer = _store.Commit(batch);
            Assert.Equal(CommitStatus.Unknown, answer.Status);
            Assert.Equal(0, _database.Scalar<long>($"SELECT count(*) {Lanes} AND wait_event_type = 'Lock'"));
        }

        AssertWrittenOnResend(batch);
    }

    [Fact]
    public void A_network_that_swallows_the_rest_of_a_command_makes_its_outcome_unknown()
    {
        var batch = Blocking("a@b");
        _proxy.HoldBack(40);

        Assert.Equal(CommitStatus.Unknown, _store.Commit(batch).Status);
        AssertWrittenOnResend(batch);
        _proxy.Release();
        Assert.Equal(["a@b", "next"], _store.LoadUser(User, 1)!.Blocked);
    }

    [Fact]
    public async Task Two_identical_writes_at_the_same_time_are_one()
    {
        for (var round = 0; round < 40; round++)
        {
            var batch = _writer.Batch(_writer.Part(Shard, new AccountCreated(Sample.Account(100 + round))));
            using var together = new Barrier(2);
            CommitAnswer Send()
            {
                together.SignalAndWait();
                return _store.Commit(batch);
            }

            var answers = await Task.WhenAll(Task.Run(Send), Task.Run(Send)).WaitAsync(Patience);

            // Were it written twice, the second account would violate the key and the answer would be a refusal.
            Assert.All(answers, a => Assert.Equal([ShardOutcome.Committed], a.Outcomes));
            _writer.Advance(Shard);
        }

        Assert.Equal(41, _database.Scalar<long>($"SELECT committed FROM shard WHERE id = {Shard}"));
    }

    [Fact]
    public void Connections_that_the_server_has_ended_cost_one_attempt_and_no_read()
    {
        Assert.NotNull(_store.LoadUser(User, 1));
        _database.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        Assert.NotNull(_store.LoadUser(User, 1));
        var batch = Blocking("a@b");
        Assert.Equal(CommitStatus.Unknown, _store.Commit(batch).Status);
        AssertWrittenOnResend(batch);
    }

    [Fact]
    public void A_server_that_cannot_be_reached_is_unavailable_and_says_where()
    {
        _database.Execute($"SELECT pg_terminate_backend(pid) {Lanes}");
        _store.Commit(Blocking("gone@x"));
        _proxy.Dispose();

        var answer = _store.Commit(Blocking("a@b"));

        Assert.Equal(CommitStatus.Unavailable, answer.Status);
        Assert.Contains("127.0.0.1", answer.Reason, StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => _store.ListAccounts(null, 1));
    }

    [Fact]
    public void A_read_only_database_is_unavailable_and_a_text_it_cannot_hold_is_rejected()
    {
        var name = _database.Scalar<string>("SELECT current_database()::text");
        _database.Execute($"ALTER DATABASE {name} SET default_transaction_read_only = on");
        _database.Execute($"SELECT pg_terminate_backend(pid) {Lanes}");
        var batch = Blocking("a@b");
        _store.Commit(batch);

        Assert.Equal(CommitStatus.Unavailable, _store.Commit(batch).Status);
        _database.Execute($"BEGIN READ WRITE; ALTER DATABASE {name} RESET default_transaction_read_only; COMMIT");
        Assert.Equal(CommitStatus.Rejected, _store.Commit(_writer.Batch(_writer.Part(Shard, new JidBlocked(User, "nul\0")))).Status);
        AssertWrittenOnResend(batch);
    }
}

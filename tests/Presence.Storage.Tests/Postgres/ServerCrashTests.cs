using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>The server crashes under a writer that goes on as a committer does: what was told as committed is there, everything is there once, and the store needs nobody's help.</summary>
public sealed class ServerCrashTests : IDisposable
{
    private const int Crashes = 3;
    private const int AfterEach = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PostgresCluster _cluster = new(fsync: true);
    private readonly PostgresDatabase _database;
    private readonly PostgresStore _store;

    public ServerCrashTests()
    {
        _database = new PostgresDatabase(_cluster);
        _store = _database.Open();
    }

    public void Dispose()
    {
        _store.Dispose();
        _cluster.Dispose();
    }

    [Fact]
    public async Task Every_batch_is_written_once_through_crashes_of_the_server()
    {
        var writer = new Writer(_store);
        var crashes = 0;
        var crash = Task.CompletedTask;
        long batches = 0, troubles = 0;
        while (crashes < Crashes || !crash.IsCompleted)
        {
            if (crash.IsCompleted && batches >= AfterEach * (crashes + 1))
            {
                await crash;
                crashes++;
                crash = Task.Run(_cluster.Crash);
            }

            var batch = writer.Batch(
                writer.Part(3, new AccountCreated(Sample.Account(batches))), writer.Part(7, new MessageStored(Sample.Message(1, batches + 1))));
            troubles += Send(batch, crash);
            writer.Advance(3);
            writer.Advance(7);
            batches++;
        }

        await crash;
        Assert.True(troubles > 0, "no crash met a write");
        Assert.Equal(batches, _store.TakeAll(writer.Owner)[3].Committed);
        Assert.Equal(batches, _database.Scalar<long>("SELECT count(*) FROM account"));
        Assert.Equal(batches, _database.Scalar<long>("SELECT count(*) FROM message"));
    }

    /// <summary>As the committer does it: the identical batch until it is answered. Returns how often it was not.</summary>
    private int Send(GuardedBatch batch, Task crash)
    {
        for (var troubles = 0; ; troubles++)
        {
            var answer = _store.Commit(batch);
            if (answer.Status == CommitStatus.Answered)
            {
                Assert.Equal([ShardOutcome.Committed, ShardOutcome.Committed], answer.Outcomes);
                return troubles;
            }

            Assert.True(troubles < 1000, $"the store does not recover: {answer.Reason}");
            Assert.True(answer.Status is CommitStatus.Unknown or CommitStatus.Unavailable, $"{answer.Status}: {answer.Reason}");
            Assert.True(crash.Wait(Patience), "the server did not come back");
        }
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Presence.Node.Composition;
using Presence.Storage.Commit;
using Presence.Storage.Contracts;

namespace Presence.Node.Tests.Composition;

/// <summary>Every batch is answered once, also the one that a stop had to abandon.</summary>
public sealed class CommitLaneTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task BatchesAreAnsweredInOrder()
    {
        using var lane = new CommitLane(new PlayedStore(b => new CommitAnswer(b.BatchId, CommitStatus.Answered, [])), _ => { }, TimeProvider.System);

        for (var i = 0; i < 100; i++)
        {
            var batch = Batch();
            Assert.Equal(batch.BatchId, (await SubmitAsync(lane, batch)).BatchId);
        }
    }

    [Fact]
    public async Task StopAnswersWhatTheStoreDoesNotTake()
    {
        var troubled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var lane = new CommitLane(
            new PlayedStore(b => new CommitAnswer(b.BatchId, CommitStatus.Unavailable, [], "disk full")), _ => troubled.TrySetResult(), TimeProvider.System);
        var answer = SubmitAsync(lane, Batch());
        await troubled.Task.WaitAsync(Limit);

        Assert.False(lane.Stop(TimeSpan.Zero));

        Assert.Equal(CommitStatus.Unavailable, (await answer).Status);
    }

    [Fact]
    public async Task BatchAfterTheStopIsAnsweredAtOnce()
    {
        using var lane = new CommitLane(new PlayedStore(b => new CommitAnswer(b.BatchId, CommitStatus.Answered, [])), _ => { }, TimeProvider.System);
        Assert.True(lane.Stop(TimeSpan.Zero));

        Assert.Equal(CommitStatus.Unavailable, (await SubmitAsync(lane, Batch())).Status);
    }

    [Fact]
    public void HealthSaysWhatTheCommitThreadSays()
    {
        var health = new StoreHealth(NullLogger<StoreHealth>.Instance, TimeProvider.System);
        Assert.Null(health.Trouble);

        health.Report(new CommitTrouble(CommitStatus.Unavailable, "The disk is full.", 1, Recovered: false));
        Assert.Contains("The disk is full.", health.Trouble, StringComparison.Ordinal);

        health.Report(new CommitTrouble(CommitStatus.Unavailable, null, 3, Recovered: true));
        Assert.Null(health.Trouble);
    }

    private static Task<CommitAnswer> SubmitAsync(CommitLane lane, GuardedBatch batch)
    {
        var answered = new TaskCompletionSource<CommitAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lane.Submit(batch, answered.SetResult);
        return answered.Task.WaitAsync(Limit);
    }

    private static GuardedBatch Batch() => new(Guid.NewGuid(), default, []);

    /// <summary>A store of which only commits are asked.</summary>
    private sealed class PlayedStore(Func<GuardedBatch, CommitAnswer> commit) : IStore
    {
        public int ShardCount => 1;

        public byte[] Secret => new byte[16];

        public CommitAnswer Commit(GuardedBatch batch) => commit(batch);

        public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner) => throw new NotSupportedException();

        public UserRows? LoadUser(long userId, int tailLimit) => throw new NotSupportedException();

        public CredentialRow? ReadCredentials(long userId) => throw new NotSupportedException();

        public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => throw new NotSupportedException();

        public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => throw new NotSupportedException();

        public ArchivePage ReadArchive(ArchiveQuery query) => throw new NotSupportedException();

        public IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit) =>
            throw new NotSupportedException();

        public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => throw new NotSupportedException();

        public long? FindAccount(string jid) => throw new NotSupportedException();

        public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => throw new NotSupportedException();

        public IReadOnlyList<OutboxRow> ReadOutbox() => throw new NotSupportedException();

        public IReadOnlyList<OutboxAccepted> ReadOutboxCursors() => throw new NotSupportedException();

        public IReadOnlyList<SessionRow> ReadSessions() => throw new NotSupportedException();

        public IReadOnlyList<PushOutboxRow> ReadPushOutbox() => throw new NotSupportedException();

        public IReadOnlyList<string> ListAccounts(string? after, int limit) => throw new NotSupportedException();

        public int TrimArchive(long olderThanId, int limit) => throw new NotSupportedException();
    }
}

using System.Collections.Concurrent;
using Presence.Storage.Contracts;

namespace Presence.Storage.Tests.Commit;

/// <summary>A store whose commits answer as told, in order, then always as committed; it records what it was asked.</summary>
internal sealed class ScriptedStore(params (CommitStatus Status, string? Reason)[] script) : IStore
{
    private readonly Queue<(CommitStatus Status, string? Reason)> _script = new(script);

    public ConcurrentQueue<GuardedBatch> Batches { get; } = new();

    public CountdownEvent Idled { get; } = new(3);

    public Func<CommitAnswer?>? Always { get; init; }

    public int ShardCount => 16;

    public byte[] Secret => [];

    public CommitAnswer Commit(GuardedBatch batch)
    {
        Batches.Enqueue(batch);
        return Always?.Invoke() ?? (_script.TryDequeue(out var next)
            ? new CommitAnswer(batch.BatchId, next.Status, [], next.Reason)
            : new CommitAnswer(batch.BatchId, CommitStatus.Answered, [ShardOutcome.Committed]));
    }

    public bool Idle()
    {
        if (Idled.IsSet)
        {
            return false;
        }

        return !Idled.Signal();
    }

    public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner) => [];

    public UserRows? LoadUser(long userId, int tailLimit) => null;

    public CredentialRow? ReadCredentials(long userId) => null;

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => [];

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => null;

    public ArchivePage ReadArchive(ArchiveQuery query) => new([], true, 0, 0, false);

    public IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit) => [];

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => [];

    public long? FindAccount(string jid) => null;

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => [];

    public IReadOnlyList<OutboxRow> ReadOutbox() => [];

    public IReadOnlyList<OutboxAccepted> ReadOutboxCursors() => [];

    public IReadOnlyList<SessionRow> ReadSessions() => [];

    public IReadOnlyList<PushOutboxRow> ReadPushOutbox() => [];

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => [];

    public int TrimArchive(long olderThanId, int limit) => 0;
}

using Presence.Storage.Contracts;

namespace Presence.Storage.Tests.Contract;

/// <summary>An owner of all shards that keeps its bases, as a node does.</summary>
public sealed class Writer
{
    private readonly IStore _store;
    private readonly Dictionary<int, ShardGrant> _grants;
    private int _batches;

    public Writer(IStore store, int number = 1)
    {
        _store = store;
        Owner = new Incarnation(new Guid(number, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]));
        _grants = store.TakeAll(Owner).ToDictionary(g => g.Shard);
    }

    public Incarnation Owner { get; }

    public ShardGrant Grant(int shard) => _grants[shard];

    public Guid NextBatch() => new(++_batches, 1, 1, [.. Owner.Value.ToByteArray().Take(8)]);

    public ShardWrite Part(int shard, params StoreEvent[] events) => new(shard, Grant(shard).Epoch, Grant(shard).Committed, events);

    public GuardedBatch Batch(params ShardWrite[] parts) => new(NextBatch(), Owner, parts);

    /// <summary>Writes events that must be committed.</summary>
    public void Write(int shard, params StoreEvent[] events)
    {
        var answer = _store.Commit(Batch(Part(shard, events)));
        Assert.Equal((CommitStatus.Answered, null), (answer.Status, answer.Reason));
        Assert.Equal([ShardOutcome.Committed], answer.Outcomes);
        Advance(shard);
    }

    public void Advance(int shard) => _grants[shard] = Grant(shard) with { Committed = Grant(shard).Committed + 1 };
}

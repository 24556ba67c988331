using Presence.Actors.Users;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// The batch being filled while another may be in flight: events per shard and the outputs that depend on them. An output asked for while it
/// is open never leaves before it is committed, whatever shard asked.
/// </summary>
public sealed class OpenBatch
{
    private readonly SortedDictionary<int, (ShardState Shard, List<StoreEvent> Events)> _writes = [];

    public List<HeldOutput> Outputs { get; } = [];

    /// <summary>Outputs that depend on nothing uncommitted; they leave as soon as the turn is over.</summary>
    public List<HeldOutput> Unheld { get; } = [];

    /// <summary>Acknowledgements that this batch will make true.</summary>
    public List<(SessionState Session, long H)> Acknowledgements { get; } = [];

    /// <summary>Rising number of the batch at its executor.</summary>
    public required long Ordinal { get; init; }

    /// <summary>Made when the batch is submitted.</summary>
    public GuardedBatch? Submitted { get; private set; }

    public int Events { get; private set; }

    public bool HasWrites => _writes.Count > 0;

    public IEnumerable<ShardState> Shards => _writes.Values.Select(w => w.Shard);

    /// <summary>Shards whose users were decided on, written or not: their memory counts on the outputs, and goes if those are lost.</summary>
    public HashSet<ShardState> Touched { get; } = [];

    /// <summary>Bytes of messages in the events; what a store that stands still may cost.</summary>
    public long Bytes { get; private set; }

    internal void Add(ShardState shard, StoreEvent change)
    {
        if (!_writes.TryGetValue(shard.Id, out var write))
        {
            _writes[shard.Id] = write = (shard, []);
        }

        write.Events.Add(change);
        Events++;
        Touched.Add(shard);
        Bytes += BytesOf(change);
    }

    /// <summary>Takes back the last events of a shard, and the outputs behind the given counts.</summary>
    /// <returns>The events taken back, in order.</returns>
    internal List<StoreEvent> Undo(ShardState shard, int events, int outputs, int unheld, int acknowledgements)
    {
        Outputs.RemoveRange(outputs, Outputs.Count - outputs);
        Unheld.RemoveRange(unheld, Unheld.Count - unheld);
        Acknowledgements.RemoveRange(acknowledgements, Acknowledgements.Count - acknowledgements);
        if (events == 0)
        {
            return [];
        }

        var written = _writes[shard.Id].Events;
        var undone = written.GetRange(written.Count - events, events);
        written.RemoveRange(written.Count - events, events);
        Events -= events;
        Bytes -= undone.Sum(BytesOf);
        if (written.Count == 0)
        {
            // A shard with nothing to write must not be in the batch: its count would rise.
            _writes.Remove(shard.Id);
        }

        return undone;
    }

    private static long BytesOf(StoreEvent change) => change switch
    {
        MessageStored e => e.Message.Body.Length,
        MessageRewritten e => e.Body.Length,
        OutboxAppended e => e.Item.Body.Length,
        _ => 0,
    };

    internal void Hold(in HeldOutput output) => Outputs.Add(output);

    internal void Acknowledging(SessionState session, long h) => Acknowledgements.Add((session, h));

    /// <summary>Fixes the batch. The base of each shard is what is committed now: the batch before it has been answered.</summary>
    internal GuardedBatch Submit(Guid id, Incarnation owner)
    {
        var writes = new List<ShardWrite>(_writes.Count);
        foreach (var (shard, events) in _writes.Values)
        {
            writes.Add(new ShardWrite(shard.Id, shard.Epoch, shard.Committed, events));
        }

        return Submitted = new GuardedBatch(id, owner, writes);
    }
}

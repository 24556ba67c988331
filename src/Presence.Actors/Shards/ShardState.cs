using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// What an executor keeps of one shard besides its users: the guard (epoch, committed), what it sent to other shards and was not confirmed, and
/// how far it took what others sent (S9: once across, in order, by one cursor per pair).
/// </summary>
/// <remarks>
/// There are a million pairs, and few of them busy. A pair has an object while something about it is open; at rest it is two numbers, the last
/// one sent and the last one taken, in tables of eight bytes per other shard.
/// </remarks>
/// <param name="shardCount">How many shards there are.</param>
public sealed class ShardState(ShardGrant grant, int shardCount)
{
    private readonly Dictionary<int, OutboxTo> _to = [];
    private readonly Dictionary<int, OutboxFrom> _from = [];
    private long[]? _sent;
    private long[]? _taken;
    private int _inBatch;
    private long _batchPosition = -1;

    public int Id { get; } = grant.Shard;

    public long Epoch { get; } = grant.Epoch;

    /// <summary>Batches committed (S7).</summary>
    public long Committed { get; set; } = grant.Committed;

    /// <summary>The open batch will be number Committed + 1, or + 2 while another that writes this shard is in flight.</summary>
    public bool InFlight { get; set; }

    /// <summary>Pairs, by the receiving shard, with something to offer again, to trim, or to be sure of.</summary>
    public IReadOnlyDictionary<int, OutboxTo> To => _to;

    /// <summary>Pairs, by the sending shard, of which something is not taken or not committed.</summary>
    public IReadOnlyDictionary<int, OutboxFrom> From => _from;

    /// <summary>Sequence of the last item from that shard whose taking is committed; 0 = none.</summary>
    public long TakenFrom(int shard) => _from.TryGetValue(shard, out var from) ? from.CursorCommitted : _taken?[shard] ?? 0;

    /// <summary>Sequence of the last item committed for that shard; 0 = none.</summary>
    public long SentTo(int shard) => _to.TryGetValue(shard, out var to) ? to.LastCommitted : _sent?[shard] ?? 0;

    /// <summary>What the store says of a pair at a start.</summary>
    internal void RestoreSent(int toShard, long last) => (_sent ??= new long[shardCount])[toShard] = last;

    /// <inheritdoc cref="RestoreSent"/>
    internal void RestoreTaken(int fromShard, long cursor) => (_taken ??= new long[shardCount])[fromShard] = cursor;

    /// <summary>An item that the store still holds: it is offered again.</summary>
    internal void RestoreItem(OutboxRow item)
    {
        var to = OpenTo(item.ToShard);
        to.Last = to.LastCommitted = Math.Max(to.Last, item.Sequence);
        to.Unconfirmed.Enqueue(item);
    }

    internal OutboxTo OpenTo(int shard)
    {
        if (!_to.TryGetValue(shard, out var to))
        {
            var last = _sent?[shard] ?? 0;
            _to[shard] = to = new OutboxTo { Last = last, LastCommitted = last };
        }

        return to;
    }

    internal OutboxFrom OpenFrom(int shard)
    {
        if (!_from.TryGetValue(shard, out var from))
        {
            var cursor = _taken?[shard] ?? 0;
            _from[shard] = from = new OutboxFrom { Cursor = cursor, CursorCommitted = cursor, LastArrived = cursor };
        }

        return from;
    }

    /// <summary>Takes over what a batch of this shard committed.</summary>
    internal void CommittedBatch(ShardWrite write)
    {
        Committed = write.Base + 1;
        foreach (var change in write.Events)
        {
            switch (change)
            {
                case OutboxAppended e: OpenTo(e.Item.ToShard).LastCommitted = e.Item.Sequence; break;
                case OutboxAccepted e:
                    OpenFrom(e.FromShard).CursorCommitted = e.Sequence;
                    Rest(e.FromShard);
                    break;
                case OutboxTrimmed e when _to.TryGetValue(e.ToShard, out var to):
                    to.Confirmed = to.Confirmed <= e.UpTo ? 0 : to.Confirmed;
                    break;
            }
        }
    }

    /// <summary>Lets go of the pairs to which nothing more will happen by itself.</summary>
    internal void RestSenders()
    {
        foreach (var (shard, to) in _to)
        {
            if (to.Unconfirmed.Count == 0 && to.TrimTo == 0 && to.Confirmed == 0 && to.Last == to.LastCommitted)
            {
                RestoreSent(shard, to.Last);
                _to.Remove(shard);
            }
        }
    }

    /// <summary>Forgets what was tentative: items of batches that were not committed were never offered.</summary>
    internal void Discard()
    {
        InFlight = false;
        _batchPosition = -1;
        foreach (var to in _to.Values)
        {
            var kept = to.Unconfirmed.Where(i => i.Sequence <= to.LastCommitted).ToList();
            to.Unconfirmed.Clear();
            kept.ForEach(to.Unconfirmed.Enqueue);
            to.Last = to.LastCommitted;

            // Whether the deletion was in the lost batch is not known; deleting twice does no harm.
            to.TrimTo = to.Confirmed;
        }

        foreach (var (shard, from) in _from)
        {
            // Dropped arrivals are offered again by their sender.
            from.Arrived.Clear();
            from.Cursor = from.LastArrived = from.CursorCommitted;
            Rest(shard);
        }
    }

    internal OutboxRow NextOutboxItem(int toShard, byte kind, byte[] body)
    {
        var position = Committed + (InFlight ? 2 : 1);
        _inBatch = position == _batchPosition ? _inBatch + 1 : 0;
        _batchPosition = position;
        var to = OpenTo(toShard);

        // A million items fit one position: more than a full inbox taken at once can add to a batch that is nearly full.
        var item = new OutboxRow(Id, (position << 20) | (uint)_inBatch, to.Last, toShard, kind, body);
        to.Last = item.Sequence;
        to.Unconfirmed.Enqueue(item);
        return item;
    }

    /// <summary>Items among the events will not be written after all: each pair's next item follows what was before them.</summary>
    internal void Unsend(List<StoreEvent> undone)
    {
        foreach (var (item, to) in undone.OfType<OutboxAppended>().Reverse().Select(e => (e.Item, _to[e.Item.ToShard])))
        {
            to.Last = item.Previous;
            var kept = to.Unconfirmed.Where(i => i.Sequence < item.Sequence).ToList();
            to.Unconfirmed.Clear();
            kept.ForEach(to.Unconfirmed.Enqueue);
        }
    }

    private void Rest(int fromShard)
    {
        var from = _from[fromShard];
        if (from.Arrived.Count == 0 && from.Cursor == from.CursorCommitted && from.LastArrived == from.CursorCommitted)
        {
            RestoreTaken(fromShard, from.Cursor);
            _from.Remove(fromShard);
        }
    }
}

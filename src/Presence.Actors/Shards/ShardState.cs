using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// What an executor keeps of one shard besides its users: the guard (epoch, committed), what it sent to other shards and was not confirmed, and
/// how far it took what others sent (S9: once across, in order, by one cursor per pair).
/// </summary>
public sealed class ShardState(ShardGrant grant)
{
    private int _inBatch;
    private long _batchPosition = -1;

    public int Id { get; } = grant.Shard;

    public long Epoch { get; } = grant.Epoch;

    /// <summary>Batches committed (S7).</summary>
    public long Committed { get; set; } = grant.Committed;

    /// <summary>The open batch will be number Committed + 1, or + 2 while another that writes this shard is in flight.</summary>
    public bool InFlight { get; set; }

    public Dictionary<int, OutboxTo> To { get; } = [];

    /// <summary>Shards for which <see cref="To"/> holds something to offer again or to trim: there are a million pairs, and few of them busy.</summary>
    internal HashSet<int> Pending { get; } = [];

    /// <summary>Takes over what a batch of this shard committed.</summary>
    internal void CommittedBatch(ShardWrite write)
    {
        Committed = write.Base + 1;
        foreach (var change in write.Events)
        {
            switch (change)
            {
                case OutboxAppended e: To[e.Item.ToShard].LastCommitted = e.Item.Sequence; break;
                case OutboxAccepted e: From[e.FromShard].CursorCommitted = e.Sequence; break;
            }
        }
    }

    /// <summary>Forgets what was tentative: items of batches that were not committed were never offered.</summary>
    internal void Discard()
    {
        InFlight = false;
        _batchPosition = -1;
        foreach (var (shard, to) in To)
        {
            var kept = to.Unconfirmed.Where(i => i.Sequence <= to.LastCommitted).ToList();
            to.Unconfirmed.Clear();
            kept.ForEach(to.Unconfirmed.Enqueue);
            to.Last = to.LastCommitted;
            if (to.Confirmed != 0)
            {
                // Whether the deletion was in the lost batch is not known; deleting twice does no harm.
                to.TrimTo = to.Confirmed;
                Pending.Add(shard);
            }
        }

        foreach (var from in From.Values)
        {
            // Dropped arrivals are offered again by their sender.
            from.Arrived.Clear();
            from.Cursor = from.LastArrived = from.CursorCommitted;
        }
    }

    public Dictionary<int, OutboxFrom> From { get; } = [];

    internal OutboxRow NextOutboxItem(int toShard, byte kind, byte[] body)
    {
        var position = Committed + (InFlight ? 2 : 1);
        _inBatch = position == _batchPosition ? _inBatch + 1 : 0;
        _batchPosition = position;
        if (!To.TryGetValue(toShard, out var to))
        {
            To[toShard] = to = new OutboxTo();
        }

        // A million items fit one position: more than a full inbox taken at once can add to a batch that is nearly full.
        var item = new OutboxRow(Id, (position << 20) | (uint)_inBatch, to.Last, toShard, kind, body);
        Pending.Add(toShard);
        to.Last = item.Sequence;
        to.Unconfirmed.Enqueue(item);
        return item;
    }
}

/// <summary>The sending side of one pair of shards.</summary>
public sealed class OutboxTo
{
    /// <summary>Sequence of the last item ever appended; the next one names it as its predecessor.</summary>
    public long Last { get; set; }

    public Queue<OutboxRow> Unconfirmed { get; } = new();

    /// <summary>As <see cref="Last"/>, but committed: what a discarded batch falls back to.</summary>
    public long LastCommitted { get; set; }

    /// <summary>Last item confirmed since this owner started; 0 = none.</summary>
    public long Confirmed { get; set; }

    /// <summary>Confirmed and not yet deleted from the store; 0 = nothing.</summary>
    public long TrimTo { get; set; }

    /// <summary>When the oldest unconfirmed item was last offered, in Unix milliseconds.</summary>
    public long OfferedAt { get; set; }
}

/// <summary>The receiving side of one pair of shards.</summary>
public sealed class OutboxFrom
{
    /// <summary>Accepted, in the open batch or before.</summary>
    public long Cursor { get; set; }

    /// <summary>As <see cref="Cursor"/>, but committed.</summary>
    public long CursorCommitted { get; set; }

    /// <summary>Sequence of the last item in <see cref="Arrived"/>, or the cursor.</summary>
    public long LastArrived { get; set; }

    /// <summary>Offered in order and not yet taken: the first may wait for its user to be loaded.</summary>
    public Queue<OutboxRow> Arrived { get; } = new();
}

using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>The sending side of one pair of shards.</summary>
public sealed class OutboxTo
{
    /// <summary>Sequence of the last item ever appended; the next one names it as its predecessor.</summary>
    public long Last { get; set; }

    public Queue<OutboxRow> Unconfirmed { get; } = new();

    /// <summary>As <see cref="Last"/>, but committed: what a discarded batch falls back to.</summary>
    public long LastCommitted { get; set; }

    /// <summary>Last item confirmed whose deletion is not committed; 0 = none.</summary>
    public long Confirmed { get; set; }

    /// <summary>Confirmed, and its deletion not yet written; 0 = nothing.</summary>
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

    /// <summary>Sequence of an item that met a defect once; met again, it is left behind. 0 = none.</summary>
    public long Failed { get; set; }

    /// <summary>Offered in order and not yet taken: the first may wait for its user to be loaded.</summary>
    public Queue<OutboxRow> Arrived { get; } = new();
}

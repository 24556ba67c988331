using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>The two batches of an executor: the open one, filled while the other may be in flight. There is never a second one in flight.</summary>
internal sealed class Batches
{
    private long _ordinal = 1;

    public Batches() => Open = new OpenBatch { Ordinal = _ordinal };

    public OpenBatch Open { get; private set; }

    public OpenBatch? InFlight { get; private set; }

    /// <summary>Number of the oldest batch that is not committed.</summary>
    public long Uncommitted => InFlight?.Ordinal ?? Open.Ordinal;

    /// <summary>The open batch goes, and a new one is opened.</summary>
    public GuardedBatch Submit(Guid id, Incarnation me)
    {
        var batch = Open.Submit(id, me);
        foreach (var shard in Open.Shards)
        {
            shard.InFlight = true;
        }

        InFlight = Open;
        Renew();
        return batch;
    }

    /// <summary>The batch in flight has an answer.</summary>
    public void Land()
    {
        foreach (var shard in InFlight!.Shards)
        {
            shard.InFlight = false;
        }

        InFlight = null;
    }

    /// <summary>An empty open batch in the place of what hung on a refused one.</summary>
    public void Renew() => Open = new OpenBatch { Ordinal = ++_ordinal };
}

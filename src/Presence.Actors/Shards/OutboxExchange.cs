using Presence.Actors.Users;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// The outbox between shards: once across, in order (cluster-protocol 7.6). It must never confirm an item before the batch that takes it is committed.
/// </summary>
/// <param name="report">Tells the operator what should not be; called from a held output, by the driver.</param>
internal sealed class OutboxExchange(IReadOnlyDictionary<int, ShardState> shards, Batches batches, UserTurns users, Action<string> report)
{
    public void Offered(OutboxRow item, long now)
    {
        var shard = shards[item.ToShard];
        var taken = shard.TakenFrom(item.FromShard);
        if (item.Sequence <= taken)
        {
            batches.Open.Hold(HeldOutput.ForConfirm(new OutboxConfirmed(item.FromShard, item.ToShard, taken)));
            return;
        }

        // Anything but the next item is not for now: a repeat, or one whose predecessor was lost and will be offered again before it.
        if (item.Previous == (shard.From.TryGetValue(item.FromShard, out var open) ? open.LastArrived : taken))
        {
            var from = shard.OpenFrom(item.FromShard);
            from.LastArrived = item.Sequence;
            from.Arrived.Enqueue(item);
            Take(shard, item.FromShard, now);
        }
    }

    /// <summary>The other shard has what it was offered.</summary>
    public void Confirmed(OutboxConfirmed confirmed)
    {
        // Nothing waits at a pair that rests: the confirmation is a repeat.
        while (shards[confirmed.FromShard].To.TryGetValue(confirmed.ToShard, out var to)
            && to.Unconfirmed.TryPeek(out var item) && item.Sequence <= confirmed.Sequence)
        {
            to.Unconfirmed.Dequeue();
            to.TrimTo = to.Confirmed = item.Sequence;
        }
    }

    /// <summary>Deletes what was confirmed, offers again what was not, and forgets the pairs that are done.</summary>
    public void Sweep(ShardState shard, long now)
    {
        shard.RestSenders();
        foreach (var (toShard, to) in shard.To)
        {
            if (to.TrimTo != 0)
            {
                batches.Open.Add(shard, new OutboxTrimmed(shard.Id, toShard, to.TrimTo));
                to.TrimTo = 0;
            }

            if (to.Unconfirmed.Count > 0 && now - to.OfferedAt >= 2000)
            {
                to.OfferedAt = now;
                foreach (var item in to.Unconfirmed.TakeWhile(i => i.Sequence <= to.LastCommitted))
                {
                    batches.Open.Hold(HeldOutput.ForOffer(item));
                }
            }
        }
    }

    private void Take(ShardState shard, int fromShard, long now)
    {
        // A pair that rests was discarded with what had arrived.
        while (shard.From.TryGetValue(fromShard, out var from) && from.Arrived.TryPeek(out var item))
        {
            if (!Stanza.TryParseStamped(item.Body, out var stanza) || stanza.To is not { } to || stanza.From is not { } sender)
            {
                // Only a damaged store holds one. It must not stop the pair, nor the node at every start: the item stays behind, and the operator is told.
                Accept(shard, from, item);
                batches.Open.Hold(HeldOutput.ForAction(() => report(
                    $"message {item.Sequence} of shard {item.FromShard} for shard {shard.Id} ({item.Body.Length} bytes) cannot be read and is left out: is the store damaged?")));
                continue;
            }

            var userId = ShardKey.UserId(to.Bare.ToString());
            var slot = users.FindOrLoad(userId, to.Bare, now);
            var input = new OutboxInput(userId, stanza, sender, to);
            if (slot.User is null && slot.Rests(now))
            {
                // Nobody knows for how long: the pair must not stand still for one user. The sender is told.
                users.Refuse(slot, input, now);
                Accept(shard, from, item);
                continue;
            }

            if (slot.User is null)
            {
                // The pair waits: a later item must not pass this one. The load comes back here.
                slot.Park(new AfterLoad(at => Take(shard, fromShard, at)));
                return;
            }

            if (!users.Decide(slot, input, now, again: from.Failed != item.Sequence) && from.Failed != item.Sequence)
            {
                // It was acknowledged to its sender, and may not be the culprit: once more on fresh memory.
                from.Failed = item.Sequence;
                slot.Park(new AfterLoad(at => Take(shard, fromShard, at)));
                return;
            }

            Accept(shard, from, item);
        }
    }

    private void Accept(ShardState shard, OutboxFrom from, OutboxRow item)
    {
        from.Arrived.Dequeue();
        from.Cursor = item.Sequence;
        batches.Open.Add(shard, new OutboxAccepted(shard.Id, item.FromShard, item.Sequence));
        batches.Open.Hold(HeldOutput.ForConfirm(new OutboxConfirmed(item.FromShard, shard.Id, item.Sequence)));
    }
}

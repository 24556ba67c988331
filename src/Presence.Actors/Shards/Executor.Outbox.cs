using Presence.Actors.Users;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <content>The outbox between shards: once across, in order (cluster-protocol 7.6).</content>
public sealed partial class Executor
{
    private void Offered(OutboxRow item, long now)
    {
        var shard = _shards[item.ToShard];
        var taken = shard.TakenFrom(item.FromShard);
        if (item.Sequence <= taken)
        {
            _open.Hold(HeldOutput.ForConfirm(new OutboxConfirmed(item.FromShard, item.ToShard, taken)));
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

    private void Take(ShardState shard, int fromShard, long now)
    {
        // A pair that rests was discarded with what had arrived.
        while (shard.From.TryGetValue(fromShard, out var from) && from.Arrived.TryPeek(out var item))
        {
            if (!Stanza.TryParseStamped(item.Body, out var stanza) || stanza.To is not { } to || stanza.From is not { } sender)
            {
                // Only a damaged store holds one. It must not stop the pair, nor the node at every start: the item stays behind, and the operator is told.
                Accept(shard, from, item);
                _open.Hold(HeldOutput.ForAction(() => Report?.Invoke(
                    $"message {item.Sequence} of shard {item.FromShard} for shard {shard.Id} ({item.Body.Length} bytes) cannot be read and is left out: is the store damaged?")));
                continue;
            }

            var userId = ShardKey.UserId(to.Bare.ToString());
            var slot = _users.FindOrLoad(userId, to.Bare, background: false);
            if (slot.User is null)
            {
                // The pair waits: a later item must not pass this one. The load comes back here.
                slot.Park(new ResumePair(shard, fromShard));
                return;
            }

            Accept(shard, from, item);
            Decide(slot, new OutboxInput(userId, stanza, sender, to), now);
        }
    }

    private void Accept(ShardState shard, OutboxFrom from, OutboxRow item)
    {
        from.Arrived.Dequeue();
        from.Cursor = item.Sequence;
        _open.Add(shard, new OutboxAccepted(shard.Id, item.FromShard, item.Sequence));
        _open.Hold(HeldOutput.ForConfirm(new OutboxConfirmed(item.FromShard, shard.Id, item.Sequence)));
    }

    private void Confirmed(OutboxConfirmed confirmed)
    {
        // Nothing waits at a pair that rests: the confirmation is a repeat.
        while (_shards[confirmed.FromShard].To.TryGetValue(confirmed.ToShard, out var to)
            && to.Unconfirmed.TryPeek(out var item) && item.Sequence <= confirmed.Sequence)
        {
            to.Unconfirmed.Dequeue();
            to.TrimTo = to.Confirmed = item.Sequence;
        }
    }

    /// <summary>Deletes what was confirmed, offers again what was not, and forgets the pairs that are done.</summary>
    private void SweepOutbox(ShardState shard, long now)
    {
        shard.RestSenders();
        foreach (var (toShard, to) in shard.To)
        {
            if (to.TrimTo != 0)
            {
                _open.Add(shard, new OutboxTrimmed(shard.Id, toShard, to.TrimTo));
                to.TrimTo = 0;
            }

            if (to.Unconfirmed.Count > 0 && now - to.OfferedAt >= 2000)
            {
                to.OfferedAt = now;
                foreach (var item in to.Unconfirmed.TakeWhile(i => i.Sequence <= to.LastCommitted))
                {
                    _open.Hold(HeldOutput.ForOffer(item));
                }
            }
        }
    }

    private sealed record ResumePair(ShardState Shard, int From);
}

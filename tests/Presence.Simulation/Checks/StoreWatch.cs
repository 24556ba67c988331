using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Simulation.Checks;

/// <summary>
/// Looks at each part of a batch when it becomes true: S1 (exactly once in), S4 (one writer), S7 (gapless), S9 (once across). It sees only what the
/// store has written, never what an owner believes.
/// </summary>
public sealed class StoreWatch(Ledger ledger, Trace trace)
{
    private readonly Dictionary<int, (long Epoch, Incarnation Owner)> _granted = [];
    private readonly Dictionary<int, long> _parts = [];
    private readonly Dictionary<(int From, int To), Queue<long>> _offered = [];
    private readonly Dictionary<(long From, long To), Queue<SimMessage>> _crossing = [];
    private readonly Dictionary<long, long> _last = [];

    /// <summary>Highest row of the user when its session became available: what comes later is for that session (A1).</summary>
    public Dictionary<(long User, int Session), long> AvailableSince { get; } = [];

    /// <summary>Highest row of the user when its registration was made.</summary>
    public Dictionary<(long User, string Node), long> RegisteredSince { get; } = [];

    /// <summary>As <see cref="AvailableSince"/>, for carbons.</summary>
    public Dictionary<(long User, int Session), long> CarbonsSince { get; } = [];

    public void Granted(Incarnation owner, IReadOnlyList<ShardGrant> grants)
    {
        foreach (var grant in grants)
        {
            if (_granted.TryGetValue(grant.Shard, out var before) && grant.Epoch <= before.Epoch)
            {
                throw new ViolationException("S4", $"shard {grant.Shard} granted at epoch {grant.Epoch} after {before.Epoch}");
            }

            _granted[grant.Shard] = (grant.Epoch, owner);
            _parts.TryAdd(grant.Shard, grant.Committed);
        }
    }

    public void Written(Incarnation owner, ShardWrite part, MemoryState state)
    {
        if (_granted[part.Shard] != (part.Epoch, owner))
        {
            throw new ViolationException("S4", $"shard {part.Shard} written at epoch {part.Epoch} by {owner}, granted {_granted[part.Shard]}");
        }

        if (++_parts[part.Shard] != state.Shards[part.Shard].Committed)
        {
            throw new ViolationException("S7", $"shard {part.Shard} counts {state.Shards[part.Shard].Committed} batches, {_parts[part.Shard]} were written");
        }

        foreach (var happened in part.Events)
        {
            if (trace.On)
            {
                trace.Add($"                    true in {part.Shard}: {Describe.Event(happened)}");
            }

            Written(happened, state);
        }
    }

    private void Written(StoreEvent happened, MemoryState state)
    {
        switch (happened)
        {
            case MessageStored e: Row(e.Message); break;
            case OutboxAppended e: Appended(e.Item); break;
            case OutboxAccepted e: Accepted(e); break;
            case OutboxTrimmed e when e.UpTo > (state.Cursors.GetValueOrDefault((e.ToShard, e.FromShard))?.Sequence ?? 0):
                throw new ViolationException("S9", $"shard {e.FromShard} deletes items up to {e.UpTo} that {e.ToShard} has not taken");
            case SessionDocStored e: Doc(e.Doc); break;
            case PushRegistered { Registration: var r }:
                // What came before a registration is none of its business.
                if (r.DisabledReason is not null)
                {
                    RegisteredSince.Remove((r.UserId, r.Node));
                }
                else
                {
                    RegisteredSince.TryAdd((r.UserId, r.Node), Math.Max(r.Pushed, _last.GetValueOrDefault(r.UserId)));
                }

                break;
            case PushUnregistered e: RegisteredSince.Remove((e.UserId, e.Node)); break;
        }
    }

    private void Row(MessageRow row)
    {
        if (row.Id <= _last.GetValueOrDefault(row.UserId))
        {
            throw new ViolationException("A2", $"row {row.Id} of user {row.UserId} is not above {_last[row.UserId]}");
        }

        _last[row.UserId] = row.Id;
        if (ledger.Find(row.Body) is not { } message)
        {
            return;
        }

        if ((row.Flags & (MessageFlags.Outgoing | MessageFlags.ToSelf)) != 0 && ++message.SenderRows > 1 + message.Repeats)
        {
            throw new ViolationException("S1", $"{message} is {message.SenderRows} times in its sender's log");
        }

        if (message.ToSelf)
        {
            TookEffect(message);
        }

        if ((row.Flags & MessageFlags.Outgoing) == 0)
        {
            Arrived(message, row);
        }
    }

    private static void TookEffect(SimMessage message)
    {
        if (message.Effects > 1 + message.Repeats)
        {
            throw new ViolationException("S1", $"{message} took effect {message.Effects} times");
        }

        // In the order sent, none left out, but for those whose sender no longer knows.
        var composed = message.Sender.Composed;
        while (composed.TryPeek(out var next) && (next.Abandoned || next.Repeats > 0 || next.Effects > 0) && next != message)
        {
            composed.Dequeue();
        }

        if (message.Abandoned || message.Repeats > 0)
        {
            return;
        }

        if (!composed.TryDequeue(out var expected) || expected != message)
        {
            throw new ViolationException("S1", $"{message} took effect before {expected}");
        }
    }

    private void Arrived(SimMessage message, MessageRow row)
    {
        if (row.UserId != message.Receiver.UserId)
        {
            throw new ViolationException("S9", $"{message} is in the log of another user");
        }

        if (++message.ReceiverRows > message.Effects)
        {
            throw new ViolationException("S9", $"{message} arrived {message.ReceiverRows} times, sent over {message.Effects} times");
        }

        if (message.ToSelf)
        {
            return;
        }

        // A headline that finds nobody there leaves no row.
        var crossing = _crossing[(message.Sender.Account.UserId, message.Receiver.UserId)];
        while (crossing.TryDequeue(out var next) && next != message)
        {
            if (next.Promised)
            {
                throw new ViolationException("S9", $"{message} arrived before {next}");
            }
        }
    }

    private void Appended(OutboxRow item)
    {
        Queue(_offered, (item.FromShard, item.ToShard)).Enqueue(item.Sequence);
        if (ledger.Find(item.Body) is not { } message || item.Body.AsSpan().IndexOf("type='error'"u8) >= 0)
        {
            return;
        }

        message.Crossings++;
        TookEffect(message);
        Queue(_crossing, (message.Sender.Account.UserId, message.Receiver.UserId)).Enqueue(message);
    }

    private void Accepted(OutboxAccepted e)
    {
        var offered = Queue(_offered, (e.FromShard, e.Shard));
        if (!offered.TryDequeue(out var next) || next != e.Sequence)
        {
            throw new ViolationException("S9", $"shard {e.Shard} takes {e.Sequence} of {e.FromShard}, the next is {next}");
        }
    }

    private void Doc(SessionDocRow doc)
    {
        var key = (doc.UserId, doc.SessionNo);
        Since(AvailableSince, key, doc.Presence is { } presence && Stanza.TryParseStamped(presence, out var stanza) && PresenceStanzas.TryPriority(stanza, out var priority) && priority >= 0);
        Since(CarbonsSince, key, doc.Carbons);
    }

    private void Since(Dictionary<(long User, int Session), long> since, (long User, int Session) key, bool on)
    {
        if (!on)
        {
            since.Remove(key);
        }
        else
        {
            since.TryAdd(key, _last.GetValueOrDefault(key.User));
        }
    }

    private static Queue<T> Queue<TKey, T>(Dictionary<TKey, Queue<T>> queues, TKey key)
        where TKey : notnull
    {
        if (!queues.TryGetValue(key, out var queue))
        {
            queues[key] = queue = new Queue<T>();
        }

        return queue;
    }

}

using Presence.Simulation.Checks;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Simulation.Servers;

/// <summary>
/// The memory store behind a bad line: an attempt may be written or not without anyone being told, or be refused for a while. Tells the watch what was
/// newly written. It never breaks what the contract promises: a part is written whole or not at all, and never twice.
/// </summary>
public sealed class FaultyStore(MemoryStore inner, StoreWatch watch, Dice dice, SimSettings settings)
{
    private int _unavailableFor;
    private MemoryStore? _stale;

    public MemoryStore Inner => inner;

    public bool Calm { get; set; }

    /// <summary>What the owner reads from.</summary>
    public IStore Reads => _stale ?? inner;

    public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner)
    {
        var grants = inner.TakeAll(owner);
        watch.Granted(owner, grants);
        return grants;
    }

    /// <summary>Keeps what a new owner will, wrongly, read; null ends that.</summary>
    public void ReadStale(MemoryStore? stale) => _stale = stale;

    public CommitAnswer Attempt(GuardedBatch batch)
    {
        if (Calm)
        {
            return Write(batch);
        }

        if (_unavailableFor > 0)
        {
            _unavailableFor--;
            return new CommitAnswer(batch.BatchId, CommitStatus.Unavailable, [], "the disk is full");
        }

        if (dice.Chance(settings.Unavailable))
        {
            _unavailableFor = dice.Below(12);
            return new CommitAnswer(batch.BatchId, CommitStatus.Unavailable, [], "the disk is full");
        }

        if (dice.Chance(settings.Rejected) && inner.State.Shards[batch.Writes[0].Shard].LastBatch != batch.BatchId)
        {
            return new CommitAnswer(batch.BatchId, CommitStatus.Rejected, [], "a row violates the schema");
        }

        if (dice.Chance(settings.UnknownLost))
        {
            return new CommitAnswer(batch.BatchId, CommitStatus.Unknown, [], "lost on the way");
        }

        var answer = Write(batch);
        return dice.Chance(settings.UnknownWritten) ? new CommitAnswer(batch.BatchId, CommitStatus.Unknown, [], "the answer was lost") : answer;
    }

    /// <summary>Writes what matches, as the store would.</summary>
    public CommitAnswer Write(GuardedBatch batch)
    {
        var before = inner.State;
        var answer = inner.Commit(Spoiled(batch));
        if (answer.Status == CommitStatus.Rejected)
        {
            throw new ViolationException("S7", $"the store rejects a batch: {answer.Reason}");
        }

        for (var i = 0; i < batch.Writes.Count; i++)
        {
            var part = batch.Writes[i];
            if (answer.Outcomes[i] == ShardOutcome.Impossible)
            {
                throw new ViolationException("S7", $"shard {part.Shard}: base {part.Base} in the right epoch, but {before.Shards[part.Shard].Committed} are committed");
            }

            if (inner.State.Shards[part.Shard].Committed != before.Shards[part.Shard].Committed)
            {
                watch.Written(batch.Owner, part, inner.State);
            }
        }

        return answer;
    }

    private GuardedBatch Spoiled(GuardedBatch batch)
    {
        if (settings.Defect == Defect.None)
        {
            return batch;
        }

        var writes = batch.Writes.Select(w => w with { Events = [.. w.Events.Select(Spoiled).OfType<StoreEvent>()] });
        return batch with { Writes = [.. writes] };
    }

    private StoreEvent? Spoiled(StoreEvent happened) => (settings.Defect, happened) switch
    {
        (Defect.ForgetOutboxCursor, OutboxAccepted) => null,
        (Defect.ForgetDeliveryAcknowledged, DeliveryAcknowledged) => null,
        (Defect.ForgetDeliveryCleared, DeliveryCleared) => null,
        (Defect.ForgetDeliveryNumbered, DeliveryNumbered) => null,
        (Defect.ForgetDocument, DocumentStored) => null,
        (Defect.ForgetInboundCount, SessionStored e) => new SessionStored(e.Session with { HIn = HInBefore(e.Session) }),
        (Defect.CursorByMaximum, AccountCursorsMoved e) => e with { DeliveredAny = e.LastId },
        _ => happened,
    };

    private long HInBefore(SessionRow row) =>
        inner.State.Users.GetValueOrDefault(row.UserId)?.Sessions.GetValueOrDefault(row.SessionNo)?.HIn ?? row.HIn;
}

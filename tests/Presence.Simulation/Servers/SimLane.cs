using Presence.Actors.Shards;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Servers;

/// <summary>
/// The commit thread of one executor, cut into steps: attempts the identical batch until there is an answer, then carries out what was held, one output
/// at a time, then tells the executor. It must never have two batches.
/// </summary>
public sealed class SimLane(FaultyStore store, SimSettings settings, Action<HeldOutput> carry, Action<CommitAnswer> answered, Action refused)
{
    private GuardedBatch? _batch;
    private CommitAnswer? _answer;
    private IReadOnlyList<HeldOutput> _held = [];
    private int _carried;

    /// <summary>A batch that is neither answered nor given up.</summary>
    public GuardedBatch? Open => _answer is null ? _batch : null;

    public bool Busy => _batch is not null;

    public bool Carrying => _answer is not null;

    public void Submit(GuardedBatch batch, IReadOnlyList<HeldOutput> held)
    {
        if (_batch is not null)
        {
            throw new InvalidOperationException("a lane takes one batch at a time");
        }

        (_batch, _held, _carried) = (batch, held, 0);
        if (settings.Defect == Defect.SendBeforeCommit)
        {
            CarrySome(int.MaxValue);
        }
    }

    public string Attempt()
    {
        var answer = store.Attempt(_batch!);
        if (answer.Status == CommitStatus.Answered)
        {
            _answer = answer;
        }
        else if (answer.Status == CommitStatus.Rejected)
        {
            // What hung on it never leaves, and what its shards knew is forgotten.
            (_answer, _held) = (answer, []);
            refused();
        }
        else if (answer.Status == CommitStatus.Unknown && settings.Defect == Defect.TrustUnknown)
        {
            _answer = new CommitAnswer(answer.BatchId, CommitStatus.Answered, [.. _batch!.Writes.Select(_ => ShardOutcome.Committed)]);
        }
        else if (answer.Status == CommitStatus.Unknown && settings.Defect == Defect.BlindRetry)
        {
            _batch = _batch! with { Writes = [.. _batch!.Writes.Select(w => w with { Base = store.Inner.State.Shards[w.Shard].Committed })] };
        }

        return answer.Status.ToString();
    }

    /// <summary>Carries out up to so many of the held outputs; when none is left the executor hears the answer.</summary>
    public void CarrySome(int count)
    {
        for (; count > 0 && _carried < _held.Count; count--)
        {
            carry(_held[_carried++]);
        }

        if (_answer is { } answer && _carried == _held.Count)
        {
            (_batch, _answer, _held) = (null, null, []);
            answered(answer);
        }
    }
}

using Presence.Actors.Shards;
using Presence.Storage.Commit;
using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// Joins an executor to the commit thread of its lane. It carries each batch over once and each answer back once; a batch that had to be abandoned at a stop is answered
/// as not written, so that the executor can end.
/// </summary>
internal sealed class CommitLane : ILane, IDisposable
{
    private readonly Committer _committer;
    private Pending? _pending;

    public CommitLane(IStore store, Action<CommitTrouble> trouble, TimeProvider clock) =>
        _committer = new Committer(store, (answer, _) => Take()?.Answered(answer), trouble, time: clock);

    public void Submit(GuardedBatch batch, Action<CommitAnswer> answered)
    {
        Volatile.Write(ref _pending, new Pending(batch.BatchId, answered));
        if (!_committer.TrySubmit(batch))
        {
            Abandon();
        }
    }

    /// <summary>Ends the commit thread, at the latest after <paramref name="grace"/>. Blocks. False if a batch was abandoned.</summary>
    public bool Stop(TimeSpan grace)
    {
        var whole = _committer.Stop(grace);
        Abandon();
        return whole;
    }

    public void Dispose() => Stop(TimeSpan.Zero);

    private Pending? Take() => Interlocked.Exchange(ref _pending, null);

    // Whether it was written is not known; the next start reads what is true.
    private void Abandon()
    {
        if (Take() is { } pending)
        {
            pending.Answered(new CommitAnswer(pending.BatchId, CommitStatus.Unavailable, [], "the node is stopping"));
        }
    }

    private sealed record Pending(Guid BatchId, Action<CommitAnswer> Answered);
}

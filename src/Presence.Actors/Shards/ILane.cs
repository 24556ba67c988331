using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>
/// Where an executor's batches go: one at a time, until the store has answered. Unknown outcomes and a store that cannot write are the lane's to
/// resolve by sending the identical batch again; it calls back once, on its own thread, with an answer that is final.
/// </summary>
public interface ILane
{
    void Submit(GuardedBatch batch, Action<CommitAnswer> answered);
}

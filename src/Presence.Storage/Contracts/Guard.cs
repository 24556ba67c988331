namespace Presence.Storage.Contracts;

/// <summary>
/// A process lifetime of a node: random, never reused, so that a rolled-back or restarted owner can never pass for its successor.
/// </summary>
public readonly record struct Incarnation(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>What a node was granted for one shard when it took it: the token every later write must present.</summary>
/// <param name="Shard">Shard number, 0 … shard count − 1.</param>
/// <param name="Epoch">Rises at every change of owner and at every start of an owner.</param>
/// <param name="Committed">Number of batches the shard has committed so far (S7).</param>
public readonly record struct ShardGrant(int Shard, long Epoch, long Committed);

/// <summary>The part of a batch that belongs to one shard: the guard (epoch, base) and the events to project to rows.</summary>
/// <param name="Base">The value of <c>committed</c> the writer believes in; the write is refused at any other value.</param>
public sealed record ShardWrite(int Shard, long Epoch, long Base, IReadOnlyList<StoreEvent> Events);

/// <summary>
/// One group commit: shards in ascending order, all from one owner. Each shard's part is written whole or not at all;
/// a part whose guard does not match leaves no trace and does not hinder the others. Sent again after an unknown outcome it must be identical.
/// </summary>
public sealed record GuardedBatch(Guid BatchId, Incarnation Owner, IReadOnlyList<ShardWrite> Writes)
{
    /// <summary>Whether the shards ascend, as they must: one named twice would take its own first part for an earlier attempt's.</summary>
    public bool Ascends => Writes.Zip(Writes.Skip(1)).All(pair => pair.First.Shard < pair.Second.Shard);
}

/// <summary>What became of one shard's part of a batch (cluster-protocol: guarded write).</summary>
public enum ShardOutcome
{
    /// <summary>Written now, or found written by an earlier attempt with the same batch id.</summary>
    Committed,

    /// <summary>Another owner or epoch holds the shard: drop its memory at once.</summary>
    Fenced,

    /// <summary>Own epoch but another base: must not happen; stop the shard and raise an alarm.</summary>
    Impossible,
}

/// <summary>How an attempt to commit ended.</summary>
public enum CommitStatus
{
    /// <summary>The store answered; <see cref="CommitAnswer.Outcomes"/> holds one entry per shard of the batch, in its order.</summary>
    Answered,

    /// <summary>Nothing is known (timeout, broken connection): resend the identical batch, write nothing else for these shards.</summary>
    Unknown,

    /// <summary>Nothing was written and the cause may pass (disk full, read-only file, I/O error): keep everything, resend the identical batch later.</summary>
    Unavailable,

    /// <summary>Nothing was written and a resend cannot help (a row violates the schema: a defect of ours): discard the memory of the batch's shards.</summary>
    Rejected,
}

/// <summary>The answer to one attempt. <paramref name="Reason"/> tells the operator what to do when the status is not <see cref="CommitStatus.Answered"/>.</summary>
public sealed record CommitAnswer(Guid BatchId, CommitStatus Status, IReadOnlyList<ShardOutcome> Outcomes, string? Reason = null);

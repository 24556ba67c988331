using Presence.Storage.Contracts;
using SQLitePCL;

namespace Presence.Storage.Sqlite;

/// <summary>
/// The guarded write on SQLite (cluster-protocol 5.3): one transaction that checks epoch, owner and base of each shard and projects
/// the events of those that match. It tells the outcome of every attempt and never throws; it never leaves a transaction open.
/// </summary>
internal sealed class GuardedWriter(Connection connection, string directory)
{
    private readonly EventProjection _projection = new(connection);
    private readonly Statement _begin = connection.Prepare("BEGIN IMMEDIATE");
    private readonly Statement _commit = connection.Prepare("COMMIT");
    private readonly Statement _rollback = connection.Prepare("ROLLBACK");

    private readonly Statement _advance = connection.Prepare(
        "UPDATE shard SET committed = committed + 1, last_batch = ?1 WHERE id = ?2 AND epoch = ?3 AND owner = ?4 AND committed = ?5");

    private readonly Statement _look = connection.Prepare("SELECT epoch, owner, last_batch FROM shard WHERE id = ?");

    /// <summary>
    /// For tests: called in place of COMMIT with the action that would really commit; returns the result code to report.
    /// </summary>
    internal Func<Action, int>? CommitFault { get; set; }

    public CommitAnswer Commit(GuardedBatch batch)
    {
        if (!batch.Ascends)
        {
            return Refused(
                batch, CommitStatus.Rejected, "The shards of a batch must ascend without repetition. This is a defect of the server: report it.");
        }

        var outcomes = new ShardOutcome[batch.Writes.Count];
        try
        {
            _begin.Run();
            for (var i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = Write(batch, batch.Writes[i]);
            }
        }
        catch (SqliteFailure failure)
        {
            RollBack();
            return Refused(batch, failure.MayPass ? CommitStatus.Unavailable : CommitStatus.Rejected, failure.Advice(directory));
        }
        catch (Exception defect)
        {
            // An event that cannot be projected is as useless on a resend as one that violates the schema.
            RollBack();
            return Refused(batch, CommitStatus.Rejected, $"This is a defect of the server: report it. ({defect.Message})");
        }

        return End(batch, outcomes);
    }

    private ShardOutcome Write(GuardedBatch batch, ShardWrite part)
    {
        var matched = _advance.Start().Add(batch.BatchId).Add(part.Shard).Add(part.Epoch).Add(batch.Owner.Value).Add(part.Base).Run() == 1;
        if (matched)
        {
            _projection.Write(part);
            return ShardOutcome.Committed;
        }

        var (epoch, owner, last) = _look.Start().Add(part.Shard).First(
            static s => (s.Int64(0), s.IsNull(1) ? default : s.Guid(1), s.IsNull(2) ? default : s.Guid(2)));
        if (epoch != part.Epoch || owner != batch.Owner.Value)
        {
            return ShardOutcome.Fenced;
        }

        return last == batch.BatchId ? ShardOutcome.Committed : ShardOutcome.Impossible;
    }

    private CommitAnswer End(GuardedBatch batch, ShardOutcome[] outcomes)
    {
        try
        {
            if (CommitFault is { } fault)
            {
                connection.Check(fault(() => _commit.Run()));
            }
            else
            {
                _commit.Run();
            }

            return new CommitAnswer(batch.BatchId, CommitStatus.Answered, outcomes);
        }
        catch (SqliteFailure failure)
        {
            RollBack();

            // A lock or a full disk stops COMMIT before the commit record is whole. Anything else, a failed fsync above all, may leave a record
            // that recovery will find after a crash, whatever this connection believes now.
            var nothingWritten = failure.Primary is raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL;
            return Refused(batch, nothingWritten ? CommitStatus.Unavailable : CommitStatus.Unknown, failure.Advice(directory));
        }
    }

    private void RollBack()
    {
        if (!connection.InTransaction)
        {
            return;
        }

        try
        {
            _rollback.Run();
        }
        catch (SqliteFailure)
        {
            // SQLite rolls back by itself after the errors that make ROLLBACK fail; if not, the next BEGIN fails and that attempt tells.
        }
    }

    private static CommitAnswer Refused(GuardedBatch batch, CommitStatus status, string reason) => new(batch.BatchId, status, [], reason);
}

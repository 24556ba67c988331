using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// The guarded write on PostgreSQL (cluster-protocol 5.3): one call of <c>commit_batch</c>, which locks the shards, checks and writes on the server. No transaction is ever
/// open while this process decides or sends. It tells the outcome of every attempt and never throws. Any number of threads may commit at once, each for shards of its own.
/// </summary>
internal sealed class GuardedWriter(WritePool pool, string schema, string where, TimeSpan answerWithin)
{
    private const short Matches = 0;

    private static readonly TimeSpan TerminateWithin = TimeSpan.FromSeconds(2);

    public CommitAnswer Commit(GuardedBatch batch)
    {
        if (!batch.Ascends)
        {
            return Refused(
                batch, CommitStatus.Rejected, "The shards of a batch must ascend without repetition. This is a defect of the server: report it.");
        }

        WriteConnection? lane = null;
        try
        {
            lane = pool.Rent();
            var answer = Commit(batch, lane);
            if (answer.Status == CommitStatus.Answered)
            {
                pool.Return(lane);
                lane = null;
            }

            return answer;
        }
        catch (UnansweredException)
        {
            lane = null;
            return Refused(batch, CommitStatus.Unknown, $"PostgreSQL at {where} did not answer within {answerWithin.TotalSeconds:0.#} s; the connection was given up.");
        }
        catch (Exception e) when (lane is null && (PostgresFailure.IsFailure(e) || e is StoreException))
        {
            return Refused(batch, CommitStatus.Unavailable, e is StoreException ? e.Message : PostgresFailure.Advice(e, where));
        }
        catch (Exception e) when (PostgresFailure.IsFailure(e))
        {
            return Refused(batch, PostgresFailure.Status(e), PostgresFailure.Advice(e, where));
        }
        catch (Exception defect)
        {
            // An event that cannot be projected, or a value that cannot be sent, is as useless on a resend as a row that violates the schema.
            return Refused(batch, CommitStatus.Rejected, $"This is a defect of the server: report it. ({defect.Message})");
        }
        finally
        {
            lane?.Dispose();
        }
    }

    /// <summary>A part whose guard does not match keeps the server from writing the others: they are sent once more without it. None of it was written before.</summary>
    private CommitAnswer Commit(GuardedBatch batch, WriteConnection lane)
    {
        var outcomes = new short[batch.Writes.Count];
        List<int> open = [.. Enumerable.Range(0, outcomes.Length)];
        while (open.Count > 0)
        {
            List<ShardWrite> parts = [.. open.Select(i => batch.Writes[i])];
            var call = lane.CallAsync(batch, parts, OpenStep.Fold(parts), schema);
            Wait(call, lane);
            var answer = call.GetAwaiter().GetResult();
            if (lane.Warning is { } warning)
            {
                return Refused(batch, CommitStatus.Unknown, $"PostgreSQL at {where} warned during a commit: {warning}");
            }

            for (var i = 0; i < answer.Length; i++)
            {
                outcomes[open[i]] = answer[i];
            }

            var written = answer.All(a => a == Matches);
            open = written ? [] : [.. open.Where(i => outcomes[i] == Matches)];
        }

        return new CommitAnswer(batch.BatchId, CommitStatus.Answered, [.. outcomes.Select(Outcome)]);
    }

    /// <summary>
    /// Returns when the call has ended. One that does not is not cancelled: its server process is ended by way of another connection, and if even that has no effect it is left
    /// to itself. Should it still be carried out, its base has passed.
    /// </summary>
    private void Wait(Task<short[]> call, WriteConnection lane)
    {
        if (Task.WaitAny([call], answerWithin) == 0)
        {
            return;
        }

        var ended = Task.Factory.StartNew(() => pool.Terminate(lane), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task.WaitAny([ended], TerminateWithin);
        var answered = Task.WaitAny([call], TerminateWithin) == 0;

        // Nobody looks at these any more; what they throw has been told as unknown. A connection is not closed under a command that runs on it: Npgsql would cancel that.
        _ = ended.ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!answered)
        {
            _ = call.ContinueWith(
                t =>
                {
                    _ = t.Exception;
                    lane.Dispose();
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new UnansweredException();
        }
    }

    private static ShardOutcome Outcome(short code) => code switch
    {
        0 or 1 => ShardOutcome.Committed,
        2 => ShardOutcome.Fenced,
        _ => ShardOutcome.Impossible,
    };

    private static CommitAnswer Refused(GuardedBatch batch, CommitStatus status, string reason) => new(batch.BatchId, status, [], reason);

    private sealed class UnansweredException : Exception;
}

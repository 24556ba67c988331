using Presence.Storage.Contracts;

namespace Presence.Storage.Commit;

/// <summary>
/// The commit thread of one lane: takes one batch at a time and sends it, the identical one, until the store has answered
/// (cluster-protocol 5.3). It never gives up on a batch while it runs, never changes one, and never has two on the way.
/// </summary>
public sealed class Committer : IDisposable
{
    private readonly Lock _stopping = new();
    private readonly object _gate = new();
    private readonly IStore _store;
    private readonly Action<CommitAnswer, int> _onAnswer;
    private readonly Action<CommitTrouble>? _onTrouble;
    private readonly CommitterTimings _timings;
    private readonly TimeProvider _time;
    private readonly Thread _thread;

    private GuardedBatch? _next;
    private bool _sending;
    private bool _stopped;
    private long _stoppedAt;
    private TimeSpan _grace;
    private bool _abandoned;

    /// <summary>Starts the thread.</summary>
    /// <param name="onAnswer">
    /// Gets each Answered or Rejected with the number of attempts, on the commit thread, in the order of submission. The next batch may be submitted
    /// from within or meanwhile; it is sent when this returns. What it throws ends the process.
    /// </param>
    /// <param name="onTrouble">Told on the commit thread when trouble begins, changes and ends.</param>
    public Committer(
        IStore store, Action<CommitAnswer, int> onAnswer, Action<CommitTrouble>? onTrouble = null, CommitterTimings? timings = null,
        TimeProvider? time = null, string name = "commit")
    {
        _store = store;
        _onAnswer = onAnswer;
        _onTrouble = onTrouble;
        _timings = timings ?? new CommitterTimings();
        _time = time ?? TimeProvider.System;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Hands over a batch; false while another is waiting or on its way, and after <see cref="Stop"/>.</summary>
    public bool TrySubmit(GuardedBatch batch)
    {
        lock (_gate)
        {
            if (_stopped || _sending || _next is not null)
            {
                return false;
            }

            _next = batch;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>
    /// Takes no more batches and ends the thread as soon as what was submitted is answered, at the latest after <paramref name="grace"/>
    /// and the attempt then running. Must not be called from a callback.
    /// </summary>
    /// <returns>False if a batch was abandoned; whether it is written is for the next start to read.</returns>
    public bool Stop(TimeSpan grace)
    {
        lock (_stopping)
        {
            lock (_gate)
            {
                if (!_stopped)
                {
                    (_stopped, _stoppedAt, _grace) = (true, _time.GetTimestamp(), grace);
                    Monitor.PulseAll(_gate);
                }
            }

            _thread.Join();
            return !_abandoned;
        }
    }

    /// <summary>Stops without grace.</summary>
    public void Dispose() => Stop(TimeSpan.Zero);

    private void Run()
    {
        while (Take() is { } batch)
        {
            if (Send(batch) is not var (answer, attempts))
            {
                return;
            }

            _onAnswer(answer, attempts);
        }
    }

    /// <summary>Waits for a batch, lending the time to housekeeping; null when stopped and nothing is left.</summary>
    private GuardedBatch? Take()
    {
        TimeSpan? wait = _timings.Idle;
        while (true)
        {
            lock (_gate)
            {
                if (_next is null && !_stopped)
                {
                    Monitor.Wait(_gate, wait ?? Timeout.InfiniteTimeSpan);
                }

                if (_next is { } batch)
                {
                    _next = null;
                    _sending = true;
                    return batch;
                }

                if (_stopped)
                {
                    return null;
                }
            }

            if (wait is not null)
            {
                wait = _store.Idle() ? _timings.IdleStep : null;
            }
        }
    }

    private (CommitAnswer Answer, int Attempts)? Send(GuardedBatch batch)
    {
        CommitAnswer? trouble = null;
        var backoff = TimeSpan.Zero;
        for (var attempts = 1; ; attempts++)
        {
            var answer = _store.Commit(batch);
            if (answer.Status is CommitStatus.Answered or CommitStatus.Rejected)
            {
                if (trouble is not null)
                {
                    _onTrouble?.Invoke(new CommitTrouble(trouble.Status, trouble.Reason, attempts, Recovered: true));
                }

                lock (_gate)
                {
                    _sending = false;
                }

                return (answer, attempts);
            }

            if (trouble?.Status != answer.Status || trouble.Reason != answer.Reason)
            {
                _onTrouble?.Invoke(new CommitTrouble(answer.Status, answer.Reason, attempts, Recovered: false));
            }

            backoff = Longer(backoff, trouble?.Status == answer.Status, answer.Status);
            trouble = answer;
            if (!WaitBeforeResend(backoff))
            {
                return null;
            }
        }
    }

    private TimeSpan Longer(TimeSpan before, bool same, CommitStatus status)
    {
        var next = same ? before * 2 : status == CommitStatus.Unknown ? _timings.AfterUnknown : _timings.AfterUnavailable;
        return next < _timings.Longest ? next : _timings.Longest;
    }

    /// <summary>False when the grace after a stop is used up.</summary>
    private bool WaitBeforeResend(TimeSpan backoff)
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                Monitor.Wait(_gate, backoff);
            }
            else
            {
                var left = _grace - _time.GetElapsedTime(_stoppedAt);
                if (left > TimeSpan.Zero)
                {
                    Monitor.Wait(_gate, left < backoff ? left : backoff);
                }
            }

            _abandoned = _stopped && _time.GetElapsedTime(_stoppedAt) >= _grace;
            return !_abandoned;
        }
    }
}

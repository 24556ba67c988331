using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Presence.Routing;

namespace Presence.Push;

/// <summary>
/// Takes claimed pushes from owners and hands each to every gateway, a bounded number at a time, then reports one outcome. It keeps nothing that must survive:
/// the durable outbox is the owner's, and whatever is not settled here is offered again. It must never block a caller or read a store.
/// </summary>
public sealed partial class PushWorker : IPushSender, IAsyncDisposable
{
    private readonly IReadOnlyList<IPushGateway> _gateways;
    private readonly PushWorkerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly PushMetrics _metrics;
    private readonly PartlySent _partly;
    private readonly Channel<Job> _jobs;
    private readonly CancellationTokenSource _cut = new();
    private readonly Task[] _loops;
    private int _unsettled;
    private int _stopping;

    /// <param name="gateways">None, or none that wants it: a push settles as sent to nowhere and is counted as dropped, because a retry would only let the outbox grow.</param>
    public PushWorker(IReadOnlyList<IPushGateway> gateways, PushWorkerOptions options, TimeProvider clock, ILogger<PushWorker> log)
    {
        _gateways = gateways;
        _options = options;
        _clock = clock;
        _log = log;
        _partly = new PartlySent(options.Capacity);
        _metrics = new PushMetrics(() => Volatile.Read(ref _unsettled));
        _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(options.Capacity) { AllowSynchronousContinuations = false });
        if (gateways.Count == 0)
        {
            LogNoSink();
        }

        _loops = [.. Enumerable.Range(0, options.MaxInFlight).Select(_ => Task.Run(RunAsync))];
    }

    /// <inheritdoc/>
    public bool TrySend(PushNotification push, Action<PushNotification, PushOutcome> done)
    {
        if (Volatile.Read(ref _stopping) != 0)
        {
            return false;
        }

        // Counted before it is queued, so that the bound covers what is being sent as well.
        if (Interlocked.Increment(ref _unsettled) > _options.Capacity || !_jobs.Writer.TryWrite(new Job(push, done)))
        {
            Interlocked.Decrement(ref _unsettled);
            return false;
        }

        return true;
    }

    /// <summary>
    /// Takes no more pushes, lets those under way finish for <see cref="PushWorkerOptions.StopTimeout"/>, and reports the rest as to be tried again.
    /// Stop the worker before the owners, so that they can still record outcomes.
    /// </summary>
    public async ValueTask StopAsync()
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
        {
            return;
        }

        _jobs.Writer.TryComplete();
        using var limit = new CancellationTokenSource(_options.StopTimeout, _clock);
        using var cut = limit.Token.Register(_cut.Cancel);
        await Task.WhenAll(_loops).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _metrics.Dispose();
        _cut.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            // After a stop what still waits is not begun: it is durable with its owner and leaves after the next start.
            var outcome = Volatile.Read(ref _stopping) != 0 ? PushOutcome.Retry : await SettleAsync(job.Push).ConfigureAwait(false);
            Interlocked.Decrement(ref _unsettled);
            Report(job, outcome);
        }
    }

    private void Report(Job job, PushOutcome outcome)
    {
        try
        {
            job.Done(job.Push, outcome);
        }
#pragma warning disable CA1031 // A defect in one callback must not end the loop that serves everybody.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogCallbackFailed(job.Push.PushId, e);
        }
    }

    private async ValueTask<PushOutcome> SettleAsync(PushNotification push)
    {
        if (!_gateways.Any(g => g.Wants(push)))
        {
            _metrics.DroppedNoSink();
            return PushOutcome.Sent;
        }

        var taken = _partly.Take(push.PushId);
        var outcome = PushOutcome.Sent;
        for (var i = 0; i < _gateways.Count; i++)
        {
            if ((taken & (1UL << i)) != 0 || !_gateways[i].Wants(push))
            {
                continue;
            }

            var answer = await SendAsync(_gateways[i], push).ConfigureAwait(false);
            _metrics.Answered(_gateways[i].Name, answer);
            if (answer == PushOutcome.Retry)
            {
                outcome = PushOutcome.Retry;
                continue;
            }

            taken |= 1UL << i;
            // A dead address is final, but another gateway's retry comes first: its push is still owed.
            outcome = outcome == PushOutcome.Sent ? answer : outcome;
        }

        if (outcome == PushOutcome.Retry)
        {
            _partly.Remember(push.PushId, taken);
        }

        return outcome;
    }

    private async ValueTask<PushOutcome> SendAsync(IPushGateway gateway, PushNotification push)
    {
        using var timeout = new CancellationTokenSource(_options.SendTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _cut.Token);
        try
        {
            return await gateway.SendAsync(push, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            LogTimedOut(gateway.Name, push.PushId, push.Attempt);
            return PushOutcome.Retry;
        }
#pragma warning disable CA1031 // Whatever a gateway throws means that nobody knows: try again later.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(gateway.Name, push.PushId, push.Attempt, e);
            return PushOutcome.Retry;
        }
    }

    private readonly record struct Job(PushNotification Push, Action<PushNotification, PushOutcome> Done);

    /// <summary>
    /// Which gateways took a push that another one could not take, so that its next attempt does not double it there. In memory and bounded:
    /// when full the oldest is forgotten, and then a gateway may see the same push id twice.
    /// </summary>
    private sealed class PartlySent(int capacity)
    {
        private readonly OrderedDictionary<string, ulong> _taken = new(StringComparer.Ordinal);

        public ulong Take(string pushId)
        {
            lock (_taken)
            {
                return _taken.Remove(pushId, out var taken) ? taken : 0;
            }
        }

        public void Remember(string pushId, ulong taken)
        {
            if (taken == 0)
            {
                return;
            }

            lock (_taken)
            {
                _taken[pushId] = taken;
                if (_taken.Count > capacity)
                {
                    _taken.RemoveAt(0);
                }
            }
        }
    }
}

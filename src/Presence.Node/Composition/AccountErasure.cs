using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// Deletes what removed accounts left behind, a little at a time, so that commits never wait long behind it. It goes on after a start with what was not
/// finished before; the store knows what that is.
/// </summary>
internal sealed partial class AccountErasure(IStore store, TimeProvider clock, ILogger<AccountErasure> log) : IAsyncDisposable
{
    private const int Step = 500;

    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    // The generated log methods need a field.
    private readonly ILogger _log = log;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _again;

    /// <summary>Deletes until nothing is left. Completes then, or when the node stops.</summary>
    public Task RunAsync()
    {
        lock (_gate)
        {
            // Who asks while it runs may have removed an account after it looked.
            _again = true;
            return _running = _running.IsCompleted ? Task.Run(LoopAsync) : _running;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        while (Again())
        {
            while (!_stopping.IsCancellationRequested && TryStep(out var pause))
            {
                await Task.Delay(pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private bool Again()
    {
        lock (_gate)
        {
            (var again, _again) = (_again && !_stopping.IsCancellationRequested, false);
            if (!again)
            {
                // Whoever asks from here on starts another run.
                _running = Task.CompletedTask;
            }

            return again;
        }
    }

    private bool TryStep(out TimeSpan pause)
    {
        pause = BetweenSteps;
        try
        {
            return store.Erase(Step);
        }
        catch (StoreException e)
        {
            LogFailed(e.Message);
            pause = AfterFailure;
            return true;
        }
    }

    [LoggerMessage(EventId = 77, Level = LogLevel.Warning, Message = "The data of removed accounts could not be deleted, the next try is in ten seconds: {Reason}")]
    private partial void LogFailed(string reason);
}

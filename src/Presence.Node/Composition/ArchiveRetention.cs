using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// Deletes messages older than the operator wants to keep, a little at a time, so that commits never wait long behind it. The store decides what may go:
/// never a message that some session still lacks.
/// </summary>
internal sealed partial class ArchiveRetention(IStore store, int days, TimeProvider clock, ILogger<ArchiveRetention> log) : IAsyncDisposable
{
    private const int Step = 200;

    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(100);

    // The generated log methods need a field.
    private readonly ILogger _log = log;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Start()
    {
        if (days > 0)
        {
            _loop = Task.Run(() => RunAsync(_stopping.Token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await SweepAsync(stopping).ConfigureAwait(false);
            await Task.Delay(Round, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        // An id is milliseconds << 20 | counter, so a time is a bound.
        var oldest = clock.GetUtcNow().AddDays(-days).ToUnixTimeMilliseconds() << 20;
        var deleted = 0;
        try
        {
            int step;
            do
            {
                step = store.TrimArchive(oldest, Step);
                deleted += step;
                await Task.Delay(BetweenSteps, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            while (step == Step && !stopping.IsCancellationRequested);
        }
        catch (StoreException e)
        {
            LogFailed(e.Message);
        }

        if (deleted > 0)
        {
            LogDeleted(deleted, days);
        }
    }

    [LoggerMessage(EventId = 75, Level = LogLevel.Information, Message = "Deleted {Count} messages older than {Days} days")]
    private partial void LogDeleted(int count, int days);

    [LoggerMessage(EventId = 76, Level = LogLevel.Warning, Message = "Old messages could not be deleted, the next try is in an hour: {Reason}")]
    private partial void LogFailed(string reason);
}

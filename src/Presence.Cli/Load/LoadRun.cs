using Spectre.Console;

namespace Presence.Cli.Load;

/// <summary>Drives the measurements of one scenario and shows how far they are. It must never let a measurement end without its figures.</summary>
/// <param name="pause">Waits until the run may go on, and finds the server again.</param>
internal sealed class LoadRun(
    LoadOptions options, ServerProcess? server, ProgressContext? progress, TimeProvider clock, Func<CancellationToken, Task<ServerProcess?>> pause)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private ServerProcess? _server = server;

    public LoadOptions Options => options;

    public List<LoadResult> Results { get; } = [];

    /// <summary>Waits for word to go on: meanwhile the server may have become another process.</summary>
    public async Task PauseAsync(CancellationToken cancellation) => _server = await pause(cancellation).ConfigureAwait(false);

    /// <summary>Does something once for each of many, some at a time; errors end it.</summary>
    public async Task PrepareAsync<T>(string name, IReadOnlyCollection<T> all, Func<T, CancellationToken, Task> work, CancellationToken cancellation)
    {
        var bar = progress?.AddTask(name, maxValue: Math.Max(1, all.Count));
        await Parallel.ForEachAsync(
            all,
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellation },
            async (one, stop) =>
            {
                await work(one, stop).ConfigureAwait(false);
                bar?.Increment(1);
            }).ConfigureAwait(false);
    }

    /// <summary>Runs work until the warm-up and the time to measure are over.</summary>
    /// <param name="work">Goes on until its token is cancelled, and reports to the meter.</param>
    public async Task<LoadResult> ForAWhileAsync(string name, Func<LoadMeter, CancellationToken, Task> work, CancellationToken cancellation)
    {
        var meter = new LoadMeter(name, _server);
        var bar = progress?.AddTask(name, maxValue: (options.WarmUp + options.Duration).TotalSeconds);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var working = Task.Run(() => work(meter, stop.Token), CancellationToken.None);
        try
        {
            await WatchAsync(meter, bar, options.WarmUp, working, cancellation).ConfigureAwait(false);
            meter.Begin();
            await WatchAsync(meter, bar, options.Duration, working, cancellation).ConfigureAwait(false);
            Results.Add(meter.End());
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await working.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }

        return Results[^1];
    }

    /// <summary>Measures work that has an end.</summary>
    /// <param name="expected">Operations in all, for the progress bar.</param>
    /// <param name="sessions">Sessions that the server holds more afterwards; their memory is shown.</param>
    public async Task<LoadResult> ToTheEndAsync(string name, long expected, Func<LoadMeter, CancellationToken, Task> work, CancellationToken cancellation, int sessions = 0)
    {
        var meter = new LoadMeter(name, _server);
        var bar = progress?.AddTask(name, maxValue: expected);
        meter.Begin();
        var working = Task.Run(() => work(meter, cancellation), CancellationToken.None);
        while (!working.IsCompleted)
        {
            await Task.WhenAny(working, Task.Delay(Tick, clock, cancellation)).ConfigureAwait(false);
            meter.Sample();
            bar?.Value(meter.Operations);
        }

        Results.Add(meter.End() with { Sessions = sessions });
        await working.ConfigureAwait(false);
        return Results[^1];
    }

    /// <summary>Does something once for each user, some at a time; what fails is counted.</summary>
    public Task EachAsync(IReadOnlyCollection<LoadUser> users, LoadMeter meter, Func<LoadUser, CancellationToken, Task> work, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            users,
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellation },
            async (user, each) =>
            {
                try
                {
                    await work(user, each).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException or TimeoutException)
                {
                    meter.Failed(e);
                }
            });

    private async Task WatchAsync(LoadMeter meter, ProgressTask? bar, TimeSpan time, Task working, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var shown = bar?.Value ?? 0;
        for (var elapsed = TimeSpan.Zero; elapsed < time; elapsed = clock.GetElapsedTime(began))
        {
            await Task.Delay(Tick, clock, cancellation).ConfigureAwait(false);
            meter.Sample();
            bar?.Value(shown + elapsed.TotalSeconds);
            if (working.IsFaulted)
            {
                await working.ConfigureAwait(false);
            }
        }
    }
}

namespace Presence.Cli.Load;

/// <summary>Closed loops: some workers, each with users of its own, one operation after the other until stopped.</summary>
internal static class Workers
{
    // A server that refuses everything must not be asked a million times a second.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

    public static Task RunAsync(IReadOnlyList<LoadUser> users, int workers, LoadMeter meter, Func<LoadUser, Task> operation, CancellationToken stop)
    {
        var count = Math.Min(workers, users.Count);
        return Task.WhenAll(Enumerable.Range(0, count).Select(first => Task.Run(() => LoopAsync(first), CancellationToken.None)));

        async Task LoopAsync(int first)
        {
            for (var at = first; !stop.IsCancellationRequested; at = at + count < users.Count ? at + count : first)
            {
                await TryAsync(users[at]).ConfigureAwait(false);
            }
        }

        async Task TryAsync(LoadUser user)
        {
            try
            {
                await operation(user).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The measurement is over.
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                meter.Failed(e);
                user.Dispose();
                await Task.Delay(AfterFailure, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}

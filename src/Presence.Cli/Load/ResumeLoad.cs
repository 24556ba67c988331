namespace Presence.Cli.Load;

/// <summary>Clients that lose their connection and resume (XEP-0198 §5): connect, authenticate, resume; again and again.</summary>
internal static class ResumeLoad
{
    public static async Task RunAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation)
    {
        await run.PrepareAsync("log in", users, Beginning.OnlineAsync, cancellation).ConfigureAwait(false);
        await run.ForAWhileAsync(
            "resume",
            (meter, stop) => Workers.RunAsync(users, run.Options.Concurrency, meter, async user =>
            {
                await user.CutAsync().ConfigureAwait(false);
                var timer = meter.Time();
                await user.LogInAsync(stop).ConfigureAwait(false);
                await user.ResumeAsync(stop).ConfigureAwait(false);
                timer.Done();
                user.Listen();
            }, stop),
            cancellation).ConfigureAwait(false);
    }
}

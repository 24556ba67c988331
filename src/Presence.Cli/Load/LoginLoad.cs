namespace Presence.Cli.Load;

/// <summary>
/// Log-ins as after a failover: connect, authenticate, bind, leave; again and again. With <c>--keep</c> every user once, staying, to see what a session weighs.
/// </summary>
internal static class LoginLoad
{
    public static Task RunAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation) =>
        run.Options.Keep ? KeepAsync(run, users, cancellation) : AgainAsync(run, users, cancellation);

    private static Task AgainAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation) =>
        run.ForAWhileAsync(
            "log in",
            (meter, stop) => Workers.RunAsync(users, run.Options.Concurrency, meter, async user =>
            {
                var timer = meter.Time();
                await user.LogInAsync(stop).ConfigureAwait(false);
                await user.BindAsync(streamManagement: false, stop).ConfigureAwait(false);
                timer.Done();
                await user.EndAsync(stop).ConfigureAwait(false);
            }, stop),
            cancellation);

    private static async Task KeepAsync(LoadRun run, IReadOnlyList<LoadUser> users, CancellationToken cancellation) =>
        await run.ToTheEndAsync(
            "log in and stay",
            users.Count,
            (meter, stop) => run.EachAsync(users, meter, async (user, each) =>
            {
                var timer = meter.Time();
                await Beginning.OnlineAsync(user, each).ConfigureAwait(false);
                timer.Done();
            }, stop),
            cancellation,
            sessions: users.Count).ConfigureAwait(false);
}

using System.Diagnostics;

namespace Presence.Plays;

/// <summary>
/// A program on a terminal of its own (tmux with a private socket): types into it and reads its screen.
/// It must never touch another tmux server.
/// </summary>
public sealed class Terminal : IAsyncDisposable
{
    private readonly string socket;

    private Terminal(string socket) => this.socket = socket;

    /// <summary>Starts <paramref name="command"/> (a shell line) on a screen of 120 × 40; <paramref name="socket"/> is a path of its own.</summary>
    public static async Task<Terminal> StartAsync(string socket, string command)
    {
        var terminal = new Terminal(socket);
        await terminal.TmuxAsync("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", command);
        return terminal;
    }

    /// <summary>Types a line and presses Enter.</summary>
    public async Task TypeAsync(string line)
    {
        await TmuxAsync("send-keys", "-l", line);
        await TmuxAsync("send-keys", "Enter");
    }

    public Task<string> ScreenAsync() => TmuxAsync("capture-pane", "-p");

    /// <summary>Waits until the screen shows <paramref name="text"/>.</summary>
    /// <exception cref="TimeoutException">It did not within <paramref name="limit"/>; the message holds the screen.</exception>
    public async Task WaitForAsync(string text, TimeSpan limit)
    {
        using var cancel = new CancellationTokenSource(limit);
        while (!(await ScreenAsync()).Contains(text, StringComparison.Ordinal))
        {
            if (cancel.IsCancellationRequested)
            {
                throw new TimeoutException($"no '{text}' on the screen within {limit}:\n{await ScreenAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-S", socket, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Inside another tmux the new one would refuse to nest.
            Environment = { ["TMUX"] = "" },
        })!;
        var output = await tmux.StandardOutput.ReadToEndAsync();
        await tmux.WaitForExitAsync();
        return output;
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// A running script that drives a client nobody here wrote and prints one JSON event per line.
/// It must never outlive its limit, nor hide why it failed.
/// </summary>
public sealed class ClientScript : IDisposable
{
    // Debian's slixmpp belongs to this python, whatever other one comes first in PATH.
    private const string Python = "/usr/bin/python3";

    private readonly Process process;
    private readonly string name;
    private readonly OutputTail errors = new();
    private readonly ScriptEvents events = new();

    private ClientScript(Process process, string name)
    {
        this.process = process;
        this.name = name;
        process.OutputDataReceived += (_, e) => events.Add(e.Data);
        process.ErrorDataReceived += (_, e) => errors.Add(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a <c>.py</c> or <c>.mjs</c> file; <paramref name="settings"/> is what it reads from PRESENCE_PLAY.</summary>
    public static ClientScript Start(string path, object settings, params string[] arguments)
    {
        var program = Path.GetExtension(path) == ".py" ? Python : "node";
        var info = new ProcessStartInfo(program, [path, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PRESENCE_PLAY"] = JsonSerializer.Serialize(settings),
                // The node's certificate is its own; direct_tls.py is the one that looks at it.
                ["NODE_TLS_REJECT_UNAUTHORIZED"] = "0",
                ["PYTHONDONTWRITEBYTECODE"] = "1",
                ["PYTHONWARNINGS"] = "ignore",
            },
        };
        return new ClientScript(new Process { StartInfo = info }, Path.GetFileName(path));
    }

    /// <summary>What it has printed so far.</summary>
    public ScriptEvents Events => events;

    /// <summary>Writes a line to the script's standard input.</summary>
    public Task TellAsync(string line) => process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until the script has printed an event of this name.</summary>
    /// <exception cref="InvalidOperationException">It did not in time, or ended before; the message holds its events and errors.</exception>
    public async Task WaitForAsync(string happening, TimeSpan limit)
    {
        await Eventually.HoldsAsync(() => events.Has(happening) || process.HasExited, limit);
        if (!events.Has(happening))
        {
            throw Failure($"did not print '{happening}' within {limit}");
        }
    }

    /// <summary>Waits for the script's end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed or took too long; the message holds its events and errors.</exception>
    public async Task<ScriptEvents> EndAsync(TimeSpan limit)
    {
        using var cancel = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw Failure($"did not end within {limit}");
        }

        return process.ExitCode == 0 ? events : throw Failure($"ended with exit code {process.ExitCode}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private InvalidOperationException Failure(string what) => new($"{name} {what}\n-- events\n{events}\n-- errors\n{errors}");
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// One real node: started on a new data directory and free loopback ports, killed as by <c>kill -9</c>, started again on the
/// same data and the same ports. It must never leave a process or a directory behind when disposed.
/// </summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private readonly NodeSettings settings;
    private readonly OutputTail output = new(400);
    private Process? process;

    private NodeProcess(NodeSettings settings)
    {
        this.settings = settings;
        DataDirectory = settings.DataDirectory ?? Directory.CreateTempSubdirectory("presence-node-").FullName;
        var seen = settings.FileView + DataDirectory;
        Admin = new AdminClient(Path.Combine(seen, "admin.sock"));
        Pushes = new PushLog(Path.Combine(seen, "push.jsonl"));
        AppDomain.CurrentDomain.ProcessExit += OnTestsExit;
    }

    public string DataDirectory { get; }

    public AdminClient Admin { get; }

    public PushLog Pushes { get; }

    /// <summary>Leaves the data directory behind when disposed, for whoever looks into a failure.</summary>
    public bool KeepData { get; set; }

    /// <summary>Where the node listens; the same after a restart.</summary>
    public NodePorts Ports { get; private set; } = new(0, 0, 0, "");

    /// <summary>The operating system's number of the running process (of the wrapper, if there is one).</summary>
    public int ProcessId => process?.Id ?? 0;

    /// <summary>Whether the process has ended, by itself or killed.</summary>
    public bool HasExited => process is not { HasExited: false };

    /// <summary>The last lines that the node printed, over all its starts.</summary>
    public OutputTail Output => output;

    /// <summary>Starts a node and returns when it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended or was silent for too long; the message holds its output.</exception>
    public static async Task<NodeProcess> StartAsync(NodeSettings? settings = null)
    {
        var node = new NodeProcess(settings ?? new NodeSettings());
        try
        {
            await node.LaunchAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process at once, without any chance to clean up, and returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false } running)
        {
            running.Kill(entireProcessTree: settings.Wrapper.Count > 0);
            await running.WaitForExitAsync();
        }
    }

    /// <summary>Starts the node again on the same data and the same ports; kills it first if it still runs.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnTestsExit;
        await KillAsync();
        process?.Dispose();
        Admin.Dispose();
        if (!KeepData)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private void OnTestsExit(object? sender, EventArgs e) => process?.Kill(entireProcessTree: true);

    private async Task LaunchAsync()
    {
        var ready = new TaskCompletionSource<NodePorts>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new Process { StartInfo = StartInfo(), EnableRaisingEvents = true };
        started.OutputDataReceived += (_, e) => Read(e.Data, ready);
        started.ErrorDataReceived += (_, e) => Read(e.Data, null);
        started.Exited += (_, _) =>
        {
            // A test that waits for what a dead process will never say should show that it is dead.
            output.Add(Ending(started));
            ready.TrySetException(new InvalidOperationException("the node ended"));
        };
        process?.Dispose();
        process = started;
        started.Start();
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        try
        {
            Ports = await ready.Task.WaitAsync(settings.StartLimit);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"the node did not get ready ({e.Message}); its output:\n{output}", e);
        }
    }

    private static string Ending(Process ended)
    {
        try
        {
            return string.Create(CultureInfo.InvariantCulture, $"-- the node ended with exit code {ended.ExitCode}");
        }
        catch (InvalidOperationException)
        {
            // Disposed meanwhile: the test is over or has started the next one.
            return "-- the node ended";
        }
    }

    private ProcessStartInfo StartInfo()
    {
        string[] command = [.. settings.Wrapper, DotnetHost, RepositoryLayout.Program("Presence.Node"), .. Arguments()];
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = DataDirectory,
        };
        foreach (var argument in command.Skip(1))
        {
            info.ArgumentList.Add(argument);
        }

        return info;
    }

    private static string DotnetHost => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private IEnumerable<string> Arguments()
    {
        var options = new Dictionary<string, string>
        {
            ["Data:Directory"] = DataDirectory,
            ["Xmpp:Domain"] = "localhost",
            ["Xmpp:ClientPort"] = Port(Ports.Client),
            ["Xmpp:DirectTlsPort"] = Port(Ports.DirectTls),
            ["Xmpp:ComponentPort"] = Port(Ports.Component),
            ["Http:Port"] = Port(Ports.Http),
            ["Web:TlsPort"] = Port(Ports.Web),
            ["Admin:Socket"] = Path.Combine(DataDirectory, "admin.sock"),
            ["Push:Sinks:0:Kind"] = "jsonl",
            ["Push:Sinks:0:Path"] = Path.Combine(DataDirectory, "push.jsonl"),
        };
        foreach (var (key, value) in settings.Options)
        {
            options[key] = value;
        }

        return options.Select(option => $"--{option.Key}={option.Value}");
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private void Read(string? line, TaskCompletionSource<NodePorts>? ready)
    {
        if (line is null)
        {
            return;
        }

        output.Add(line);
        if (ready is not null && line.StartsWith("ready {", StringComparison.Ordinal))
        {
            ready.TrySetResult(JsonSerializer.Deserialize<NodePorts>(line["ready ".Length..])!);
        }
    }
}

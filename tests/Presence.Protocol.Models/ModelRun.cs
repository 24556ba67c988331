using System.Diagnostics;

namespace Presence.Protocol.Models;

/// <summary>
/// Runs one model file of docs/protocol with python3 and hands back what it printed. Knows nothing of what a model means and never decides
/// whether a result is the right one.
/// </summary>
public sealed record ModelRun(int ExitCode, IReadOnlyList<string> Lines, string Errors)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs <paramref name="file"/> with the arguments; throws if it does not end within two minutes.</summary>
    public static ModelRun Of(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3")
        {
            WorkingDirectory = Folder(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Sets are visited in the order of hashes: a fixed seed makes every run print the same counterexample.
        start.Environment["PYTHONHASHSEED"] = "0";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.ArgumentList.Add(file);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("python3 did not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end within {Limit}");
        }

        var lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new ModelRun(process.ExitCode, lines, errors.GetAwaiter().GetResult());
    }

    /// <summary>docs/protocol, found upwards from where the tests run.</summary>
    public static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Presence.slnx")))
            {
                return Path.Combine(at.FullName, "docs", "protocol");
            }
        }

        throw new DirectoryNotFoundException("no Presence.slnx above the tests");
    }
}

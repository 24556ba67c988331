using System.Diagnostics;

namespace Presence.Chaos.Disk;

/// <summary>
/// Runs a command of the operating system and says how it ended. It must never be given what a test received from outside.
/// </summary>
public static class Shell
{
    /// <summary>Exit code and output, standard error included.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + errors);
    }
}

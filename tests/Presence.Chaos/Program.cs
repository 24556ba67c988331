using Presence.Chaos.Fuzz;
using Presence.Chaos.Workload;
using Presence.Tests.Shared;
using Xunit.Runner.InProc.SystemConsole;

namespace Presence.Chaos;

/// <summary>
/// Entry point: with <c>--kills N</c> first one chaos run of any length, with <c>--fuzz SECONDS</c> first one fuzz run, else the xunit runner.
/// </summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.FirstOrDefault() == "--fuzz")
        {
            return await FuzzAsync(FuzzOptions.Parse(arguments));
        }

        if (arguments.FirstOrDefault() is not ("--kills" or "--seed"))
        {
            return await ConsoleRunner.Run(arguments);
        }

        var options = ChaosOptions.Parse(arguments);
        await using var node = await NodeProcess.StartAsync(ChaosRun.Settings);
        using var run = new ChaosRun(options, node, Console.WriteLine);
        node.KeepData = true;
        var verdict = await run.RunAsync();
        node.KeepData = !verdict.IsGood;
        if (!verdict.IsGood)
        {
            Console.WriteLine($"the node's data stays in {node.DataDirectory}; its last output:\n{node.Output}");
        }

        return verdict.IsGood ? 0 : 1;
    }

    private static async Task<int> FuzzAsync(FuzzOptions options)
    {
        await using var node = await NodeProcess.StartAsync(FuzzRun.Settings);
        var findings = await new FuzzRun(options, node, Console.WriteLine).RunAsync();
        return findings.Count == 0 ? 0 : 1;
    }
}

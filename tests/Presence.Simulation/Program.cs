using System.Globalization;
using Presence.Simulation.Engine;
using Xunit.Runner.InProc.SystemConsole;

namespace Presence.Simulation;

/// <summary>Entry point: with <c>--seeds</c> or <c>--trace</c> simulated runs, else the xunit runner.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments.FirstOrDefault() is not ("--seeds" or "--trace"))
        {
            return await ConsoleRunner.Run(arguments);
        }

        var steps = Option(arguments, "--steps", Batch.Steps);
        var defect = Enum.Parse<Defect>(Text(arguments, "--defect") ?? nameof(Defect.None));
        var compare = !arguments.Contains("--without-memory");
        if (Text(arguments, "--trace") is { } seed)
        {
            var settings = SimSettings.Draw(int.Parse(seed, CultureInfo.InvariantCulture), steps) with { Defect = defect, CompareMemory = compare };
            Console.WriteLine(settings);
            foreach (var line in Run.Last(settings, Option(arguments, "--lines", int.MaxValue)))
            {
                Console.WriteLine(line);
            }

            return 0;
        }

        return Many(arguments, steps, defect, compare);
    }

    private static int Many(string[] arguments, int steps, Defect defect, bool compare)
    {
        var (from, count) = (Option(arguments, "--from", 0), Option(arguments, "--seeds", 200));
        var stopAfter = Option(arguments, "--stop-after", 5);
        var found = 0;
        for (var seed = from; seed < from + count; seed++)
        {
            var settings = SimSettings.Draw(seed, steps) with { Defect = defect, CompareMemory = compare };
            if (Run.Of(settings, new Trace(on: false, 0)) is { } violation)
            {
                found++;
                Console.WriteLine($"seed {seed}: {violation.Message}");
                if (found == stopAfter)
                {
                    break;
                }
            }
        }

        Console.WriteLine($"{found} of {count} seeds from {from} show a violation");
        return found == 0 ? 0 : 1;
    }

    private static string? Text(string[] arguments, string name)
    {
        var at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    private static int Option(string[] arguments, string name, int otherwise) =>
        Text(arguments, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

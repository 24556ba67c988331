using Presence.Simulation.Engine;

namespace Presence.Simulation;

/// <summary>Runs a range of seeds and says all there is to say about the first that fails.</summary>
internal static class Batch
{
    /// <summary>Steps of the time with faults, in tests.</summary>
    public const int Steps = 1500;

    private const int Shown = 50;

    /// <summary>Null when every seed holds; else seed, invariant and the last steps.</summary>
    public static string? FirstFailure(int from, int count, Func<SimSettings, SimSettings>? change = null)
    {
        for (var seed = from; seed < from + count; seed++)
        {
            var settings = (change ?? (s => s))(SimSettings.Draw(seed, Steps));
            if (Run.Of(settings, new Trace(on: false, 0)) is { } violation)
            {
                return $"seed {seed} breaks {violation.Message}\n{string.Join('\n', Run.Last(settings, Shown))}";
            }
        }

        return null;
    }
}

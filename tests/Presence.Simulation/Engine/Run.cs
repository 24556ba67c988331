using Presence.Simulation.Checks;

namespace Presence.Simulation.Engine;

/// <summary>
/// One seed from beginning to end: a time with faults, a night in which some people's devices are off, then a calm in which everything must come to rest. The same settings give the same run, to the
/// last step.
/// </summary>
public static class Run
{
    private const int CalmSteps = 30_000;
    private const int QuietRounds = 60;

    /// <summary>The violation found, or null.</summary>
    public static ViolationException? Of(SimSettings settings, Trace trace)
    {
        try
        {
            var world = new World(settings, trace);
            var scheduler = new Scheduler(world);
            for (var i = 0; i < settings.Steps; i++)
            {
                scheduler.Step();
            }

            world.EndFaults();
            trace.Add("----- faults end");
            if (settings.Push > 0 && settings.MaxQueued > 1000)
            {
                // Long enough for a push that waits because another client was in use.
                world.Sleep();
                Settle(world, scheduler, 15_000);
                new SleepWatch(world).Check();
                world.WakeUp();
            }

            Settle(world, scheduler, 100);
            new EndWatch(world).Check();
            return null;
        }
        catch (ViolationException violation)
        {
            return violation;
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or NullReferenceException or ArgumentException or InvalidCastException)
        {
            return new ViolationException("Crash", e.ToString());
        }
    }

    /// <summary>The last steps before the violation, from a second, identical run.</summary>
    public static IEnumerable<string> Last(SimSettings settings, int lines)
    {
        var trace = new Trace(on: true, lines);
        var violation = Of(settings, trace);
        return [.. trace.Lines, violation?.Message ?? "no violation"];
    }

    /// <param name="pause">Milliseconds that pass at a time while nothing else moves.</param>
    private static void Settle(World world, Scheduler scheduler, int pause)
    {
        var quiet = 0;
        for (var i = 0; i < CalmSteps; i++)
        {
            // The clock must go on while nothing else moves: lazy writes and repeated offers wait for it.
            quiet = scheduler.Step() ? 0 : quiet + 1;
            if (quiet >= QuietRounds)
            {
                return;
            }

            if (quiet > 0)
            {
                world.Now += pause;
            }
        }

        throw new ViolationException("Liveness", "the system does not come to rest");
    }
}

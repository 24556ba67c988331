using Presence.Benchmarks;

// One measurement per word; each prints what it did and what it found. Figures in docs/operations/tuning.md name the command that made them.
switch (args)
{
    case ["suspended", .. var rest]: return SuspendedSessions.Run(rest);
    default:
        Console.Error.WriteLine("usage: suspended [COUNT [CONTACTS]]   memory of suspended push-enabled sessions, and the time to take them over after a crash");
        return 2;
}

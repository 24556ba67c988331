using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Presence.Benchmarks;
using Presence.Benchmarks.Micro;

// One measurement per word; each prints what it did and what it found. Figures in docs/operations/tuning.md name the command that made them.
switch (args)
{
    case ["suspended", .. var rest]: return SuspendedSessions.Run(rest);
    case ["micro", .. var rest]:
        // In this process and three rounds only: a minute in all, and no project to be generated and restored.
        var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkSwitcher.FromTypes([typeof(StreamParsing), typeof(GuardedCommit), typeof(RouteLookup), typeof(FanOut)])
            .Run(rest.Length == 0 ? ["--filter", "*"] : rest, config);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A stanza of {nameof(StreamParsing)} has {StreamParsing.StanzaBytes} bytes."));
        return 0;
    default:
        Console.Error.WriteLine("usage: suspended [COUNT [CONTACTS]]   memory of suspended push-enabled sessions, and the time to take them over after a crash");
        Console.Error.WriteLine("       micro [--filter NAME]          parsing, guarded commit, route lookup, fan-out");
        return 2;
}

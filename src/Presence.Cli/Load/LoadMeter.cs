using System.Diagnostics;

namespace Presence.Cli.Load;

/// <summary>
/// Counts what a run does: operations, errors, durations, and a sample of rate and server use four times a second. Until <see cref="Begin"/> and
/// after <see cref="End"/> it counts nothing.
/// </summary>
internal sealed class LoadMeter(string name, ServerProcess? server)
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(250);

    private readonly List<LoadSample> _samples = [];
    private readonly Stopwatch _clock = new();
    private volatile bool _running;
    private long _operations;
    private long _errors;
    private string? _firstError;
    private TimeSpan _cpuAtBegin;
    private long _memoryAtBegin;
    private LoadSample _last;

    public LatencyHistogram Latencies { get; } = new();

    public long Operations => Volatile.Read(ref _operations);

    public bool Running => _running;

    public void Done(TimeSpan duration)
    {
        if (_running)
        {
            Interlocked.Increment(ref _operations);
            Latencies.Record(duration);
        }
    }

    /// <summary>Operations whose duration means nothing.</summary>
    public void Done(int count = 1)
    {
        if (_running)
        {
            Interlocked.Add(ref _operations, count);
        }
    }

    /// <summary>Begins an operation; its end tells how long it took.</summary>
    public Timing Time() => new(this, Stopwatch.GetTimestamp());

    public void Failed(Exception reason)
    {
        if (_running)
        {
            Interlocked.Increment(ref _errors);
        }

        Interlocked.CompareExchange(ref _firstError, reason.Message, null);
    }

    public void Begin()
    {
        (_cpuAtBegin, _memoryAtBegin) = (server?.Cpu ?? default, server?.Memory ?? 0);
        _clock.Restart();
        _running = true;
    }

    /// <summary>Called often while it runs; takes a sample when one is due.</summary>
    public void Sample()
    {
        var elapsed = _clock.Elapsed;
        if (_running && elapsed - _last.At >= SampleEvery)
        {
            Take(elapsed);
        }
    }

    public LoadResult End()
    {
        _running = false;
        var elapsed = _clock.Elapsed;
        _clock.Stop();
        Take(elapsed);
        return new LoadResult(
            name, Operations, Volatile.Read(ref _errors), _firstError, elapsed, server is null ? null : server.Cpu - _cpuAtBegin, _memoryAtBegin, server?.Memory ?? 0,
            Latencies, _samples);
    }

    private void Take(TimeSpan at)
    {
        _last = new LoadSample(at, Operations, server is null ? default : server.Cpu - _cpuAtBegin);
        _samples.Add(_last);
    }
}

/// <summary>An operation under way.</summary>
internal readonly struct Timing(LoadMeter meter, long began)
{
    public void Done() => meter.Done(Stopwatch.GetElapsedTime(began));
}

/// <summary>Totals at one moment of a run.</summary>
internal readonly record struct LoadSample(TimeSpan At, long Operations, TimeSpan Cpu);

/// <summary>What one measurement found.</summary>
/// <param name="Cpu">What the server used of the cores; null if it was not watched.</param>
internal sealed record LoadResult(
    string Name, long Operations, long Errors, string? FirstError, TimeSpan Elapsed, TimeSpan? Cpu, long MemoryBefore, long MemoryAfter, LatencyHistogram Latencies,
    IReadOnlyList<LoadSample> Samples)
{
    public double Rate => Operations / Elapsed.TotalSeconds;

    /// <summary>Server milliseconds of one core per operation.</summary>
    public double? CpuPerOperation => Cpu is { } cpu && Operations > 0 ? cpu.TotalMilliseconds / Operations : null;

    /// <summary>Sessions whose memory was looked at; 0 = none.</summary>
    public int Sessions { get; init; }
}

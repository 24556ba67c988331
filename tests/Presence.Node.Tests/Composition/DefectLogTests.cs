using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Presence.Actors;
using Presence.Node.Composition;

namespace Presence.Node.Tests.Composition;

/// <summary>What an operator learns of defects, and what never.</summary>
public sealed class DefectLogTests : IDisposable
{
    private readonly Lines _lines = new();
    private readonly Clock _clock = new();
    private readonly DefectLog _log;

    public DefectLogTests() => _log = new DefectLog(_lines, _clock);

    public void Dispose() => _log.Dispose();

    [Fact]
    public void It_says_who_where_and_what_to_do_but_not_what_was_written()
    {
        _log.Met(Defect("the body of a message"));
        var line = Assert.Single(_lines.Written);
        Assert.Contains("alice@example.org", line, StringComparison.Ordinal);
        Assert.Contains("at: outbox", line, StringComparison.Ordinal);
        Assert.Contains("System.FormatException", line, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), line, StringComparison.Ordinal);
        Assert.Contains("deploy.md", line, StringComparison.Ordinal);
        Assert.DoesNotContain("body of a message", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_storm_is_counted_and_does_not_fill_the_log()
    {
        var counted = 0L;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "presence.node.defects") { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted += tags[0].Value is "outbox" ? value : 0);
        listener.Start();
        for (var i = 0; i < 1000; i++)
        {
            _log.Met(Defect("x"));
        }

        Assert.Equal(1000, counted);
        Assert.Equal(DefectLog.PerMinute, _lines.Written.Count);
        _clock.Now += TimeSpan.FromMinutes(1);
        _log.Met(Defect("x"));
        Assert.Equal(DefectLog.PerMinute + 2, _lines.Written.Count);
        Assert.StartsWith("990 more", _lines.Written[^2], StringComparison.Ordinal);
    }

    private static ContainedDefect Defect(string text) => new(DefectPlace.Outbox, "alice@example.org", Thrown(text));

    private static FormatException Thrown(string text)
    {
        try
        {
            throw new FormatException(text, new InvalidOperationException(text));
        }
        catch (FormatException e)
        {
            return e;
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Lines : ILogger<DefectLog>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}

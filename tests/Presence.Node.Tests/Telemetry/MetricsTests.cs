using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Presence.Node.Telemetry;

namespace Presence.Node.Tests.Telemetry;

/// <summary>What a scraper reads, to the letter: names, types, labels, buckets; and that a tag with too many values cannot eat the memory.</summary>
public sealed partial class MetricsTests : IDisposable
{
    private readonly Meter _meter = new("Presence.Test." + Guid.NewGuid());
    private readonly MetricsCollector _collector;

    public MetricsTests() => _collector = new MetricsCollector(name => name == _meter.Name);

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void CounterHasHelpTypeAndTotal()
    {
        _meter.CreateCounter<long>("presence.test.logins", "{login}", "Log-ins.\nBy \\outcome").Add(2, new("outcome", "ok"), new("how", "a\"b\\c\nd"));

        Assert.Equal(
            "# HELP presence_test_logins_total Log-ins.\\nBy \\\\outcome\n" +
            "# TYPE presence_test_logins_total counter\n" +
            "presence_test_logins_total{outcome=\"ok\",how=\"a\\\"b\\\\c\\nd\"} 2\n",
            _collector.Scrape());
    }

    [Fact]
    public void ChangesAddUpAndObservedValuesDoNot()
    {
        var open = _meter.CreateUpDownCounter<int>("open");
        open.Add(5);
        open.Add(-2);
        _meter.CreateObservableCounter("seen", () => 7L);
        _meter.CreateObservableGauge("age", () => 1.5, "s");
        var set = _meter.CreateGauge<double>("set");
        set.Record(3);
        set.Record(4);
        _collector.Scrape();

        Assert.Equal(
            "# TYPE age_seconds gauge\nage_seconds 1.5\n" +
            "# TYPE open gauge\nopen 3\n" +
            "# TYPE seen_total counter\nseen_total 7\n" +
            "# TYPE set gauge\nset 4\n",
            _collector.Scrape());
    }

    [Fact]
    public void HistogramCountsCumulativelyAndIncludesTheBound()
    {
        var time = _meter.CreateHistogram("commit", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        time.Record(0.1, new KeyValuePair<string, object?>("lane", 0));
        time.Record(0.5, new KeyValuePair<string, object?>("lane", 0));
        time.Record(2, new KeyValuePair<string, object?>("lane", 0));

        Assert.Equal(
            "# TYPE commit_seconds histogram\n" +
            "commit_seconds_bucket{lane=\"0\",le=\"0.1\"} 1\n" +
            "commit_seconds_bucket{lane=\"0\",le=\"1\"} 2\n" +
            "commit_seconds_bucket{lane=\"0\",le=\"+Inf\"} 3\n" +
            "commit_seconds_sum{lane=\"0\"} 2.6\n" +
            "commit_seconds_count{lane=\"0\"} 3\n",
            _collector.Scrape());
    }

    [Theory]
    [InlineData("presence.edge.bytes.in", "By", "presence_edge_bytes_in_total")]
    [InlineData("dotnet.process.cpu.time", "s", "dotnet_process_cpu_time_seconds_total")]
    [InlineData("9lives-left", null, "_9lives_left_total")]
    [InlineData("already.total", "{x}", "already_total")]
    public void NameFollowsTheRules(string instrument, string? unit, string name) =>
        Assert.Equal(name, PrometheusText.Name(instrument, unit, MetricKind.Counter));

    [Fact]
    public void TagWithTooManyValuesIsBounded()
    {
        var counter = _meter.CreateCounter<int>("wild");
        for (var i = 0; i < 2 * MetricFamily.MaxSeries; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        var lines = _collector.Scrape().Split('\n');
        Assert.Equal(MetricFamily.MaxSeries, lines.Count(line => line.StartsWith("wild_total{", StringComparison.Ordinal)));
        Assert.Contains($"presence_metrics_dropped_total {MetricFamily.MaxSeries}", lines);
    }

    [Fact]
    public async Task NoMeasurementIsLostBetweenThreads()
    {
        var counter = _meter.CreateCounter<int>("shared");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1);
                counter.Add(1, new KeyValuePair<string, object?>("x", i % 3));
            }
        })));

        var lines = _collector.Scrape().Split('\n');
        Assert.Contains("shared_total 40000", lines);
        Assert.Equal(40_000, lines.Where(l => l.StartsWith("shared_total{", StringComparison.Ordinal)).Sum(l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void RuntimeMetricsAreWellFormedLines()
    {
        using var collector = new MetricsCollector(name => name == "System.Runtime");

        var text = collector.Scrape();

        Assert.Contains("dotnet_process_memory_working_set_bytes ", text, StringComparison.Ordinal);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-zA-Z_][a-zA-Z0-9_]* .*|[a-zA-Z_][a-zA-Z0-9_]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\.)*",?)+\})? (-?[0-9.]+(E[+-]?[0-9]+)?|NaN|[+-]Inf))$""")]
    private static partial Regex Line();
}

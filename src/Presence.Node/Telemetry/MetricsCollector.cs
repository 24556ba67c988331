using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Presence.Node.Telemetry;

/// <summary>
/// Listens to the meters of this process and keeps their present values for a scraper. It measures nothing itself and must never throw into, or block,
/// whoever measures.
/// </summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _scraping = new();

    /// <param name="isWanted">By the name of the meter.</param>
    public MetricsCollector(Func<string, bool> isWanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isWanted(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument, new Target(Family(instrument), instrument));
            }
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => Measure(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => Measure((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>The meters of the node and of the runtime.</summary>
    public static bool IsOurs(string meter) =>
        meter.StartsWith("Presence.", StringComparison.Ordinal) || meter == "System.Runtime";

    /// <summary>The present values in Prometheus' text format.</summary>
    public string Scrape()
    {
        lock (_scraping)
        {
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // An observable whose subject is just being closed; the others have reported.
            }

            return PrometheusText.Write([.. _families.Values.OrderBy(f => f.Name, StringComparer.Ordinal)]);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (state is not Target target || target.Family.Find(tags) is not { } series)
        {
            return;
        }

        if (target.IsAbsolute)
        {
            series.Set(value);
        }
        else if (target.Family.Kind == MetricKind.Histogram)
        {
            series.Record(value, target.Family.Bounds);
        }
        else
        {
            series.Add(value);
        }
    }

    private MetricFamily Family(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var kind = type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram : MetricKind.Gauge;
        var name = PrometheusText.Name(instrument.Name, instrument.Unit, kind);
        return _families.GetOrAdd(
            name, _ => new MetricFamily(name, instrument.Description, kind, kind == MetricKind.Histogram ? MetricFamily.BoundsOf(instrument) : []));
    }

    /// <summary>What an instrument's measurements go to, and whether each is the whole value instead of a change.</summary>
    private sealed class Target(MetricFamily family, Instrument instrument)
    {
        public MetricFamily Family { get; } = family;

        public bool IsAbsolute { get; } = instrument.IsObservable || instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>);
    }
}

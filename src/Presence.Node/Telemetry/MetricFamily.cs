using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Presence.Node.Telemetry;

/// <summary>How a family is announced to a scraper.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>
/// All series of one instrument name. Measured from any thread without a lock; the number of series is bounded, and what would be one more is counted instead of kept.
/// </summary>
internal sealed class MetricFamily(string name, string? help, MetricKind kind, double[] bounds)
{
    /// <summary>A tag with many values is a defect; it must not become a leak.</summary>
    public const int MaxSeries = 1000;

    // By hash of the tags; the few series that share one hash are told apart by comparison.
    private readonly ConcurrentDictionary<int, MetricSeries[]> _tagged = new();
    private MetricSeries? _untagged;
    private int _count;
    private long _dropped;

    public string Name { get; } = name;

    public string? Help { get; } = help;

    public MetricKind Kind { get; } = kind;

    public double[] Bounds { get; } = bounds;

    /// <summary>Measurements that had no series because there were too many.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public IEnumerable<MetricSeries> Series =>
        (Volatile.Read(ref _untagged) is { } untagged ? new[] { untagged } : []).Concat(_tagged.Values.SelectMany(s => s));

    /// <summary>The series of these tags; null when the family is full.</summary>
    public MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return Volatile.Read(ref _untagged) ?? Interlocked.CompareExchange(ref _untagged, new MetricSeries([], Bounds.Length), null) ?? _untagged;
        }

        var hash = Hash(tags);
        if (_tagged.TryGetValue(hash, out var known) && Match(known, tags) is { } found)
        {
            return found;
        }

        return Add(hash, tags);
    }

    private MetricSeries? Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Volatile.Read(ref _count) >= MaxSeries)
        {
            Interlocked.Increment(ref _dropped);
            return null;
        }

        var added = new MetricSeries(tags.ToArray(), Bounds.Length);
        while (true)
        {
            if (!_tagged.TryGetValue(hash, out var known))
            {
                if (_tagged.TryAdd(hash, [added]))
                {
                    Interlocked.Increment(ref _count);
                    return added;
                }
            }
            else if (Match(known, tags) is { } found)
            {
                return found;
            }
            else if (_tagged.TryUpdate(hash, [.. known, added], known))
            {
                Interlocked.Increment(ref _count);
                return added;
            }
        }
    }

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = default(HashCode);
        foreach (var tag in tags)
        {
            hash.Add(tag.Key);
            hash.Add(tag.Value);
        }

        return hash.ToHashCode();
    }

    private static MetricSeries? Match(MetricSeries[] candidates, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var candidate in candidates)
        {
            if (candidate.Tags.Length == tags.Length && SameTags(candidate.Tags, tags))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool SameTags(KeyValuePair<string, object?>[] left, ReadOnlySpan<KeyValuePair<string, object?>> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (!string.Equals(left[i].Key, right[i].Key, StringComparison.Ordinal) || !Equals(left[i].Value, right[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Upper bounds of a histogram's buckets: the instrument's advice, else the usual ones for seconds.</summary>
    public static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } b } => [.. b],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } b } => [.. b.Select(v => (double)v)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } b } => [.. b.Select(v => (double)v)],
        _ => [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };
}

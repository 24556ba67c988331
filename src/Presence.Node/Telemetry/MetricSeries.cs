namespace Presence.Node.Telemetry;

/// <summary>One value, or one histogram, with its tags. Every operation is lock-free; a reader may see a histogram between two of its counts.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, int bounds)
{
    // One more than there are bounds: what exceeds the last one. Empty for a plain value.
    private readonly long[] _buckets = bounds == 0 ? [] : new long[bounds + 1];
    private double _value;

    public KeyValuePair<string, object?>[] Tags { get; } = tags;

    /// <summary>The value, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _value);

    public long Bucket(int index) => Interlocked.Read(ref _buckets[index]);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double change)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + change, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Record(double value, double[] upperBounds)
    {
        var index = Array.BinarySearch(upperBounds, value);
        // Not found: the complement of the first larger bound, which is where the value belongs; "le" includes the bound itself.
        Interlocked.Increment(ref _buckets[index < 0 ? ~index : index]);
        Add(value);
    }
}

using System.Numerics;

namespace Presence.Cli.Load;

/// <summary>
/// Counts durations in buckets whose width grows with the duration: 32 to each doubling, so a quantile is right within 3 %, from a microsecond to
/// hours, in a few kilobytes. Safe for any number of threads.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int Buckets = (64 - SubBits) << SubBits;

    private readonly long[] _counts = new long[Buckets];
    private long _count;
    private long _sum;
    private long _longest;

    public long Count => Volatile.Read(ref _count);

    public TimeSpan Mean => Count == 0 ? default : TimeSpan.FromMicroseconds((double)_sum / Count);

    public TimeSpan Longest => TimeSpan.FromMicroseconds(_longest);

    public void Record(TimeSpan duration)
    {
        var micros = Math.Max(0, (long)duration.TotalMicroseconds);
        Interlocked.Increment(ref _counts[Index(micros)]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, micros);
        for (var seen = Volatile.Read(ref _longest); micros > seen;)
        {
            seen = Interlocked.CompareExchange(ref _longest, micros, seen) is var found && found == seen ? micros : found;
        }
    }

    /// <summary>The upper bound of the bucket in which the quantile lies.</summary>
    /// <param name="quantile">0 to 1.</param>
    public TimeSpan Quantile(double quantile)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(quantile * Count));
        long seen = 0;
        for (var i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return TimeSpan.FromMicroseconds(Math.Min(UpperBound(i), Math.Max(1, _longest)));
            }
        }

        return default;
    }

    /// <summary>Non-empty buckets: upper bound and count.</summary>
    public IEnumerable<(TimeSpan UpperBound, long Count)> Filled()
    {
        for (var i = 0; i < Buckets; i++)
        {
            if (_counts[i] > 0)
            {
                yield return (TimeSpan.FromMicroseconds(UpperBound(i)), _counts[i]);
            }
        }
    }

    // Below 2^(SubBits+1) microseconds every value has a bucket; above, the top SubBits + 1 bits name it.
    private static int Index(long micros)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)micros | 1) - SubBits);
        return (shift << SubBits) + (int)(micros >> shift);
    }

    private static long UpperBound(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        var top = index - (shift << SubBits);
        return ((long)top + 1) << shift;
    }
}

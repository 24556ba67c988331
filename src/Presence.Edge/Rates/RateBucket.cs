namespace Presence.Edge.Rates;

/// <summary>
/// A token bucket as one moment in time: until when what was taken keeps a sender busy at its rate (the generic cell rate algorithm, ITU-T I.371). Any
/// number of threads may take at once. It must never refuse or wait: who takes what has been read already can only be held back before the next read.
/// </summary>
/// <remarks>Every time is a timestamp of one time provider.</remarks>
internal struct RateBucket
{
    private long _busyUntil;
    private long _lowSince;

    /// <param name="cost">The time that this much takes at the rate.</param>
    /// <param name="burst">How far ahead of the rate a sender may be.</param>
    public void Take(long cost, long burst, long now)
    {
        long before;
        do
        {
            before = Volatile.Read(ref _busyUntil);
        }
        while (Interlocked.CompareExchange(ref _busyUntil, Math.Max(before, now) + cost, before) != before);

        // What drains all the time and is low here was low ever since the last take.
        if (before - now <= burst / 2)
        {
            Volatile.Write(ref _lowSince, now);
        }
    }

    /// <summary>How long the sender has to be held back; not positive: not at all.</summary>
    public readonly long Debt(long burst, long now) => _busyUntil - burst - now;

    /// <summary>For how long less than half of the burst has been left without a break.</summary>
    public readonly long LowFor(long burst, long now) => _busyUntil - now > burst / 2 ? now - _lowSince : 0;
}

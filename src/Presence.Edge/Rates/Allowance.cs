namespace Presence.Edge.Rates;

/// <summary>What one connection, or one user over all connections to this edge, may still send. Any thread. It must never hold a timer: it is asked.</summary>
internal sealed class Allowance
{
    private readonly long _burst;
    private readonly double _perStanza;
    private readonly double _perByte;
    private RateBucket _stanzas;
    private RateBucket _bytes;

    /// <param name="burst">How far ahead of its rate a sender may be, in seconds.</param>
    /// <param name="frequency">Timestamps per second.</param>
    public Allowance(RateLimits limits, double burst, long frequency)
    {
        _burst = (long)(burst * frequency);
        _perStanza = limits.StanzasPerSecond > 0 ? (double)frequency / limits.StanzasPerSecond : 0;
        _perByte = limits.BytesPerSecond > 0 ? (double)frequency / limits.BytesPerSecond : 0;
    }

    public void TakeStanzas(int weight, long now)
    {
        if (_perStanza > 0)
        {
            _stanzas.Take((long)(weight * _perStanza), _burst, now);
        }
    }

    public void TakeBytes(int count, long now)
    {
        if (_perByte > 0)
        {
            _bytes.Take((long)(count * _perByte), _burst, now);
        }
    }

    /// <summary>How long the sender has to be held back; not positive: not at all.</summary>
    public long Debt(long now) => Math.Max(_stanzas.Debt(_burst, now), _bytes.Debt(_burst, now));

    /// <summary>For how long either has been nearly used up without a break.</summary>
    public long LowFor(long now) => Math.Max(_stanzas.LowFor(_burst, now), _bytes.LowFor(_burst, now));
}

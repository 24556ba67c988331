using Presence.Protocol.Stanzas;

namespace Presence.Edge.Rates;

/// <summary>
/// Counts what one connection reads, for itself and for its user, and tells when the next read may be and when patience is over. Belongs to the read loop. It must
/// never wait by itself, and never blame a connection for what another one of its user does alone.
/// </summary>
internal sealed class FloodGate(Allowance own, TimeSpan floodTimeout, long frequency)
{
    // A sender who pauses for so long is not one of those who flood.
    private const int LullSeconds = 5;

    private readonly long _floodTimeout = (long)(floodTimeout.TotalSeconds * frequency);
    private readonly long _lull = LullSeconds * frequency;
    private Allowance? _user;
    private long _now;
    private long _busySince;

    /// <summary>The client logged in: what it sends counts for its user too.</summary>
    public void Join(Allowance user) => _user = user;

    /// <summary>Bytes were read.</summary>
    public void Read(int bytes, long now)
    {
        if (now - _now > _lull)
        {
            _busySince = now;
        }

        _now = now;
        own.TakeBytes(bytes, now);
        _user?.TakeBytes(bytes, now);
    }

    /// <summary>An element was found in what was read.</summary>
    public void Took(Stanza element)
    {
        var weight = element.Kind == StanzaKind.Presence && element.To is null && !element.ToMalformed ? RateLimits.BroadcastWeight : 1;
        own.TakeStanzas(weight, _now);
        _user?.TakeStanzas(weight, _now);
    }

    /// <summary>How long not to read, from now; not positive: read.</summary>
    public long Debt(long now) => Math.Max(own.Debt(now), _user?.Debt(now) ?? long.MinValue);

    /// <summary>The connection was held back until now, which is no pause of its own.</summary>
    public void Held(long now) => _now = now;

    /// <summary>Whether it has sent more than it may for so long that its stream has to end.</summary>
    public bool IsFlooded(long now) =>
        _floodTimeout > 0 && now - _busySince >= _floodTimeout && Math.Max(own.LowFor(now), _user?.LowFor(now) ?? 0) >= _floodTimeout;
}

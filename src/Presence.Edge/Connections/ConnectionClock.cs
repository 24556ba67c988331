namespace Presence.Edge.Connections;

/// <summary>When a connection began, was last heard of, and began to end; written by its own threads and read by the sweeper. It must never act on it.</summary>
internal sealed class ConnectionClock
{
    private readonly TimeProvider _time;
    private readonly long _started;
    private long _lastReceived;
    private long _lingeringSince;
    private volatile bool _lingering;

    public ConnectionClock(TimeProvider time)
    {
        _time = time;
        _started = time.GetTimestamp();
        _lastReceived = _started;
    }

    public bool IsLingering => _lingering;

    /// <summary>All but the write side's.</summary>
    public ConnectionTimes Times =>
        new(_started, Volatile.Read(ref _lastReceived), 0, null, null, _lingering ? Volatile.Read(ref _lingeringSince) : null);

    /// <returns>The timestamp taken.</returns>
    public long Received()
    {
        var now = _time.GetTimestamp();
        Volatile.Write(ref _lastReceived, now);
        return now;
    }

    /// <summary>Only the first call counts.</summary>
    public void StartLinger()
    {
        if (!_lingering)
        {
            Volatile.Write(ref _lingeringSince, _time.GetTimestamp());
            _lingering = true;
        }
    }
}

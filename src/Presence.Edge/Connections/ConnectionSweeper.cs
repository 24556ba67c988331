using Presence.Protocol.Streams;

namespace Presence.Edge.Connections;

/// <summary>
/// The one clock of all connections: at every tick it looks for those whose time is up and for those that need a sign of life. It must never
/// do more than start an end or a write; a tick is short however many connections there are.
/// </summary>
internal sealed class ConnectionSweeper : IDisposable
{
    private readonly EdgeContext _edge;
    private readonly ITimer _timer;
    private long _certificatesChecked;
    private int _sweeping;

    public ConnectionSweeper(EdgeContext edge)
    {
        _edge = edge;
        _certificatesChecked = edge.Time.GetTimestamp();
        _timer = edge.Time.CreateTimer(_ => Sweep(), null, edge.Options.SweepInterval, edge.Options.SweepInterval);
    }

    public void Dispose() => _timer.Dispose();

    private void Sweep()
    {
        // A tick that outlasts the interval must not meet the next one.
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            var now = _edge.Time.GetTimestamp();
            foreach (var (_, connection) in _edge.Table.All)
            {
                Look(connection, now);
            }

            if (IsOver(_certificatesChecked, now, _edge.Options.CertificateCheckInterval))
            {
                _certificatesChecked = now;
                _edge.Certificates.Reload();
            }
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private void Look(ClientConnection connection, long now)
    {
        if (connection.Phase == ConnectionPhase.Gone)
        {
            return;
        }

        var times = connection.Times;
        var options = _edge.Options;
        if (times.LingeringSince is { } ending)
        {
            if (IsOver(ending, now, options.LingerTimeout))
            {
                connection.Cut("linger");
            }
        }
        else if (times.SendingSince is { } sending && IsOver(sending, now, options.SendTimeout))
        {
            connection.Cut("send-timeout");
        }
        else if (connection.Phase == ConnectionPhase.Negotiating)
        {
            if (IsOver(times.Started, now, options.LoginTimeout))
            {
                EndLogin(connection);
            }
        }
        else if (connection.Phase == ConnectionPhase.Bound)
        {
            LookAtBound(connection, times, now);
        }
    }

    private static void EndLogin(ClientConnection connection)
    {
        if (connection.StreamOpen)
        {
            connection.BeginClose(StreamErrorCondition.ConnectionTimeout, "Log-in takes too long");
        }
        else
        {
            // In the middle of a handshake there is nothing an error could be written to.
            connection.Cut("login-timeout");
        }
    }

    private void LookAtBound(ClientConnection connection, in ConnectionTimes times, long now)
    {
        var options = _edge.Options;
        if (IsOver(times.Received, now, options.IdleTimeout))
        {
            connection.Cut("idle");
            return;
        }

        // Any byte is a sign of life, even if it is no answer.
        if (times.RequestedSince is { } requested && IsOver(Math.Max(requested, times.Received), now, options.AckTimeout))
        {
            connection.Cut("ack-timeout");
            return;
        }

        var interval = connection.Inactive ? options.InactiveKeepAliveInterval : options.KeepAliveInterval;
        if (IsOver(Math.Max(times.Sent, times.Received), now, interval))
        {
            connection.KeepAlive();
        }
    }

    private bool IsOver(long since, long now, TimeSpan limit) => limit > TimeSpan.Zero && _edge.Time.GetElapsedTime(since, now) >= limit;
}

using Presence.Protocol.Addressing;
using Presence.Routing;

namespace Presence.Edge.Connections;

/// <summary>
/// Everything one connection says to the owner of its user: in order, again and again until taken, and exactly one report of its end
/// if the owner ever had it. It must never drop an input because an inbox is full.
/// </summary>
internal sealed class OwnerLink
{
    private readonly Lock _gate = new();
    private readonly IAccept _accept;
    private readonly CancellationToken _abandoned;

    // Guarded by _gate.
    private TaskCompletionSource<ControlOutput?>? _pending;
    private long _written;
    private long _reported;
    private bool _reporting;
    private bool _attached;
    private bool _ended;

    /// <param name="abandoned">The edge gives up: waiting for room ends, what is not taken is lost.</param>
    public OwnerLink(IAccept accept, ConnectionId connection, Jid account, CancellationToken abandoned)
    {
        _accept = accept;
        _abandoned = abandoned;
        Connection = connection;
        Account = account;
        UserId = ShardKey.UserId(account.ToString());
    }

    public ConnectionId Connection { get; }

    /// <summary>The authenticated bare JID.</summary>
    public Jid Account { get; }

    public long UserId { get; }

    /// <summary>Hands one input over, waiting for room if need be. False: the link has ended.</summary>
    public ValueTask<bool> OfferAsync(EdgeInput input)
    {
        if (IsEnded)
        {
            return new ValueTask<bool>(false);
        }

        return _accept.TryAccept(input) ? new ValueTask<bool>(true) : OfferSlowlyAsync(input);
    }

    /// <summary>Hands over an input that asks to be attached or changed, and waits for the answer.</summary>
    /// <returns>Null when the connection ended first.</returns>
    public async ValueTask<ControlOutput?> AskAsync(EdgeInput input)
    {
        var pending = new TaskCompletionSource<ControlOutput?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_ended)
            {
                return null;
            }

            // From here on the owner may attach us at any time, so the end must be reported even if no answer ever comes.
            _attached = true;
            _pending = pending;
        }

        if (!await OfferAsync(input).ConfigureAwait(false))
        {
            return null;
        }

        return await pending.Task.ConfigureAwait(false);
    }

    /// <summary>Wakes the one who asked.</summary>
    /// <param name="attached">Whether the owner now has this connection.</param>
    /// <returns>False: nobody asked, the answer is stale.</returns>
    public bool Answer(ControlOutput output, bool attached)
    {
        TaskCompletionSource<ControlOutput?>? pending;
        lock (_gate)
        {
            if (_ended || _pending is null)
            {
                return false;
            }

            pending = _pending;
            _pending = null;
            _attached = attached;
        }

        pending.TrySetResult(output);
        return true;
    }

    /// <summary>Everything up to this outbound number is with the operating system.</summary>
    public void Written(long number)
    {
        lock (_gate)
        {
            if (_ended || !_attached)
            {
                return;
            }

            _written = number;
            if (_reporting || TryReport())
            {
                return;
            }

            _reporting = true;
        }

        _ = ReportAsync();
    }

    /// <summary>Stream management begins: numbers of the time before mean nothing any more.</summary>
    public void ForgetWritten()
    {
        lock (_gate)
        {
            _written = 0;
            _reported = 0;
        }
    }

    /// <summary>The socket is gone or about to go. Only the first call says anything.</summary>
    public async ValueTask DetachAsync(bool clean)
    {
        var report = false;
        long written;
        TaskCompletionSource<ControlOutput?>? pending;
        lock (_gate)
        {
            report = _attached && !_ended;
            written = _written > _reported ? _written : 0;
            pending = End();
        }

        pending?.TrySetResult(null);
        if (!report)
        {
            return;
        }

        // The last number first: an owner that has seen the end ignores it, and would deliver again what has arrived.
        if (written > 0 && !await OfferSlowlyAsync(new WrittenInput(UserId, Connection, written)).ConfigureAwait(false))
        {
            return;
        }

        await OfferSlowlyAsync(new DetachedInput(UserId, Connection, clean)).ConfigureAwait(false);
    }

    /// <summary>The owner itself ended the connection: it wants no report.</summary>
    public void Abandon()
    {
        TaskCompletionSource<ControlOutput?>? pending;
        lock (_gate)
        {
            pending = End();
        }

        pending?.TrySetResult(null);
    }

    /// <summary>Wakes the one who waits for an answer, because the socket is gone; the end is reported by whom it wakes.</summary>
    public void Interrupt()
    {
        TaskCompletionSource<ControlOutput?>? pending;
        lock (_gate)
        {
            pending = _pending;
            _pending = null;
        }

        pending?.TrySetResult(null);
    }

    /// <summary>Whether somebody waits for an answer; others are stale.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate)
            {
                return _pending is not null;
            }
        }
    }

    private bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    private TaskCompletionSource<ControlOutput?>? End()
    {
        var pending = _pending;
        _pending = null;
        _ended = true;
        return pending;
    }

    private async ValueTask<bool> OfferSlowlyAsync(EdgeInput input)
    {
        try
        {
            while (!_accept.TryAccept(input))
            {
                await _accept.WaitForRoomAsync(UserId, _abandoned).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ReportAsync()
    {
        try
        {
            while (true)
            {
                await _accept.WaitForRoomAsync(UserId, _abandoned).ConfigureAwait(false);
                lock (_gate)
                {
                    if (_ended || TryReport())
                    {
                        _reporting = false;
                        return;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The edge is going down for good; the owner will deliver again what it did not hear of.
        }
    }

    private bool TryReport()
    {
        if (_written > _reported)
        {
            if (!_accept.TryAccept(new WrittenInput(UserId, Connection, _written)))
            {
                return false;
            }

            _reported = _written;
        }

        return true;
    }
}

using System.Net.Sockets;

namespace Presence.Edge.Connections;

/// <summary>
/// The write side of one connection: callers append under a lock, one send at a time takes all that has piled up. It holds no buffer while
/// idle, never blocks a caller, and must never let more than its bound wait: then it refuses and the connection is cut.
/// </summary>
/// <remarks>Sends run on the thread pool, so that neither encryption nor the socket keeps a commit thread.</remarks>
internal sealed class SocketWriter : IThreadPoolWorkItem
{
    // A socket keeps a reference to the buffer it sent last; from this size on it is made to let go of it.
    private const int ReleaseAbove = 2048;

    private readonly Lock _gate = new();
    private readonly ClientConnection _connection;
    private readonly TimeProvider _time;
    private readonly int _bound;
    private readonly bool _messages;
    private volatile Stream _stream;

    // All below is guarded by _gate.
    private PooledBytes _waiting;
    private int _inFlight;
    private long _sendStarted;
    private long _lastSent;
    private long _lastNumber;
    private bool _sending;
    private bool _finishing;
    private bool _dead;
    private AckRequests _requests;
    private TaskCompletionSource? _drained;

    public SocketWriter(ClientConnection connection, Stream stream, int bound, TimeProvider time)
    {
        _connection = connection;
        _stream = stream;
        _messages = stream is MessageStream;
        _bound = bound;
        _time = time;
        _lastSent = time.GetTimestamp();
    }

    /// <summary>Adds what deadlines are measured by on this side.</summary>
    public ConnectionTimes Complete(ConnectionTimes times)
    {
        lock (_gate)
        {
            return times with { Sent = _lastSent, SendingSince = _inFlight > 0 ? _sendStarted : null, RequestedSince = _requests.OpenSince };
        }
    }

    /// <summary>Takes bytes that are no stanza, to be sent by the next flush.</summary>
    /// <returns>False: the bound is reached, and nothing more is ever taken.</returns>
    public bool Append(ReadOnlySpan<byte> bytes) => Append(bytes, default, default, 0);

    /// <summary>Takes a stanza in its pieces, under its outbound number (0: not counted).</summary>
    /// <inheritdoc cref="Append(ReadOnlySpan{byte})"/>
    public bool Append(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tail, long number)
    {
        lock (_gate)
        {
            if (_dead || _finishing)
            {
                return !_dead;
            }

            var length = head.Length + body.Length + tail.Length;
            if ((long)_waiting.Length + _inFlight + length > _bound)
            {
                return false;
            }

            if (_messages)
            {
                MessageStream.Add(ref _waiting, head, body, tail);
            }
            else
            {
                _waiting.Reserve(length);
                _waiting.Add(head);
                _waiting.Add(body);
                _waiting.Add(tail);
            }

            if (number > 0)
            {
                _lastNumber = number;
                _requests.Sent();
            }

            return true;
        }
    }

    /// <summary>Starts sending if anything waits and no send is under way.</summary>
    public void Flush()
    {
        if (TryBegin())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>As <see cref="Flush"/>, on the caller's thread up to where the socket takes no more: for the connection's own read loop, which would only wait meanwhile.</summary>
    public void FlushHere()
    {
        if (TryBegin())
        {
            _ = SendAsync();
        }
    }

    /// <summary>Sends what waits; completes when all of it is with the operating system, or the socket is gone.</summary>
    public Task DrainAsync()
    {
        Task drained;
        lock (_gate)
        {
            if (_dead || (!_sending && _waiting.Length == 0))
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        Flush();
        return drained;
    }

    /// <summary>Goes on through TLS. Only between a drain and the next append.</summary>
    public void SwitchTo(Stream stream) => _stream = stream;

    /// <summary>From here on the client acknowledges: <c>&lt;r/&gt;</c> follows a burst, and nothing is reported as written.</summary>
    public void StartStreamManagement()
    {
        lock (_gate)
        {
            _requests.Start();
            _lastNumber = 0;
        }
    }

    /// <summary>The client answered an <c>&lt;r/&gt;</c>, or acknowledged unasked; asks again if stanzas were sent since.</summary>
    public void Acknowledged()
    {
        lock (_gate)
        {
            _requests.Answered();
        }

        Flush();
    }

    /// <summary>Sends what waits, then TLS <c>close_notify</c> and a TCP FIN. Nothing is taken any more.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _finishing = true;
        }

        Flush();
    }

    /// <summary>The socket is gone: drops what waits. A send under way ends by itself.</summary>
    public void Kill()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            _dead = true;
            _waiting.Release();
            drained = _drained;
            _drained = null;
        }

        drained?.TrySetResult();
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            if (_sending || _dead || (_waiting.Length == 0 && !_finishing && !_requests.Due))
            {
                return false;
            }

            return _sending = true;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    private async Task SendAsync()
    {
        try
        {
            bool finish;
            var largest = 0;
            while (TryTake(out var batch, out var number, out finish))
            {
                var length = batch.Length;
                try
                {
                    await _stream.WriteAsync(batch.Memory).ConfigureAwait(false);
                }
                finally
                {
                    batch.Release();
                }

                largest = Math.Max(largest, length);
                Sent(length, number);
            }

            if (finish)
            {
                await EndOutputAsync().ConfigureAwait(false);
            }
            else if (largest > ReleaseAbove && _connection.Socket is { } socket)
            {
                // Nothing is sent. Without it a message to everybody leaves one buffer with every idle connection.
                await socket.SendAsync(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (SocketFailure.Is(failure))
        {
            Kill();
            _connection.Cut();
        }
    }

    private bool TryTake(out PooledBytes batch, out long number, out bool finish)
    {
        TaskCompletionSource? drained;
        finish = false;
        lock (_gate)
        {
            if (!_dead && _requests.Due && !_finishing)
            {
                AddRequest("<r xmlns='urn:xmpp:sm:3'/>"u8);
                _requests.Asked(_time.GetTimestamp());
            }

            batch = _waiting;
            number = _lastNumber;
            _waiting = default;
            _lastNumber = 0;
            _inFlight = batch.Length;
            if (_inFlight > 0)
            {
                _sendStarted = _time.GetTimestamp();
                return true;
            }

            // A finish keeps _sending for good: nothing is sent after it, and nobody finishes twice.
            finish = _finishing && !_dead;
            _sending = finish;
            drained = _drained;
            _drained = null;
        }

        drained?.TrySetResult();
        return false;
    }

    private void AddRequest(ReadOnlySpan<byte> request)
    {
        if (_messages)
        {
            MessageStream.Add(ref _waiting, request, default, default);
        }
        else
        {
            _waiting.Add(request);
        }
    }

    private void Sent(int length, long number)
    {
        lock (_gate)
        {
            _inFlight = 0;
            _lastSent = _time.GetTimestamp();

            // Numbers start anew with stream management: an old one must not be taken for a new one.
            number = _requests.Running ? 0 : number;
        }

        _connection.Sent(length, number);
    }

    private async Task EndOutputAsync()
    {
        if (_stream is MessageStream messages)
        {
            await messages.EndOutputAsync().ConfigureAwait(false);
            return;
        }

        if (_stream is TlsStream tls)
        {
            await tls.EndOutputAsync().ConfigureAwait(false);
        }

        _connection.Socket?.Shutdown(SocketShutdown.Send);
    }
}

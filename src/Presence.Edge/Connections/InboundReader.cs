using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Presence.Edge.Rates;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Edge.Connections;

/// <summary>
/// The read side of one connection: gives out stream events one at a time and reads on only when asked, so that a consumer that waits stops
/// the socket; so does a client that sends more than its rates allow. Once bound it waits with a zero-byte read and no buffer, and must never read ahead of
/// the event it gave last.
/// </summary>
internal sealed class InboundReader : IDisposable
{
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(1);

    private readonly ClientConnection _connection;
    private readonly StreamParser _parser;
    private readonly int _bufferBytes;
    private readonly MessageStream? _messages;
    private readonly FloodGate _gate;
    private readonly long _leastWait;
    private Stream _stream;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private bool _broken;
    private volatile bool _discarding;

    public InboundReader(ClientConnection connection, Stream stream, XmlLimits limits, int bufferBytes)
    {
        _connection = connection;
        _stream = stream;
        _bufferBytes = bufferBytes;
        _messages = stream as MessageStream;
        _gate = connection.Gate;
        _leastWait = connection.Edge.Time.TimestampFrequency / 1000;
        _parser = _messages is null ? new StreamParser(limits) : StreamParser.ForMessages(limits);
    }

    /// <summary>
    /// The next event; kind <see cref="StreamEventKind.None"/> when the client closed its side of the socket, at once or, after
    /// <see cref="Discard"/>, when everything it still sent was thrown away.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StreamEvent> NextAsync()
    {
        while (true)
        {
            if (TryParse(out var streamEvent))
            {
                return streamEvent;
            }

            if (_messages is { MessageEnded: true } && EndsBadly(out streamEvent))
            {
                return streamEvent;
            }

            GiveBack();
            if (_gate.Debt(_connection.Edge.Time.GetTimestamp()) >= _leastWait && !await WaitAsync().ConfigureAwait(false))
            {
                _broken = true;
                return StreamEvent.Failed(StreamErrorCondition.PolicyViolation, "More than the rates allowed, for too long");
            }

            if (_discarding)
            {
                // A flood has always more: others want this thread too, the goodbye first of all.
                await Task.Yield();
            }

            if (_connection.Phase != ConnectionPhase.Negotiating)
            {
                // Idle for minutes, perhaps: no buffer until there is something to read. A log-in answers in milliseconds and has its deadline.
                await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            }

            _buffer = ArrayPool<byte>.Shared.Rent(_bufferBytes);
            _start = 0;
            _end = await _stream.ReadAsync(_buffer).ConfigureAwait(false);
            if (_end == 0)
            {
                GiveBack();
                return default;
            }

            _gate.Read(_end, _connection.Received(_end));
        }
    }

    /// <summary>The bytes that the last event was found in, or its end.</summary>
    public ReadOnlySpan<byte> LastRead => _buffer.AsSpan(0, _buffer is null ? 0 : _end);

    /// <summary>Expects a new stream header on the same bytes (RFC 6120 §6.4.6).</summary>
    public void Restart(XmlLimits limits)
    {
        _parser.Limits = limits;
        _parser.Restart();
    }

    /// <summary>
    /// Reads through TLS from now on. What was read before is thrown away: it was not protected and must never be taken for
    /// the client's (RFC 6120 §5.4.3.3).
    /// </summary>
    public void SwitchTo(Stream stream)
    {
        GiveBack();
        _parser.Restart();
        _stream = stream;
    }

    /// <summary>From now on input is read and dropped until the client closes. Safe to call from any thread.</summary>
    public void Discard() => _discarding = true;

    public void Dispose()
    {
        GiveBack();
        _parser.Dispose();
    }

    private bool TryParse(out StreamEvent streamEvent)
    {
        streamEvent = default;
        if (_buffer is null || _discarding || _broken)
        {
            return false;
        }

        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        var found = _parser.TryRead(ref input, out streamEvent);
        _start = _end - input.Length;
        Debug.Assert(found || input.IsEmpty, "The parser takes all input or gives an event.");

        if (found && streamEvent.Stanza is { } element)
        {
            _gate.Took(element);
        }

        // Nothing after a failure can be trusted to start where an element starts.
        _broken = found && streamEvent.Kind == StreamEventKind.Failed;
        return found;
    }

    // While nothing is read TCP stops the client. In short steps, so that neither the end of the connection nor that of our patience has to wait for a long debt.
    private async ValueTask<bool> WaitAsync()
    {
        var edge = _connection.Edge;
        var now = edge.Time.GetTimestamp();
        var until = now + _gate.Debt(now);
        _connection.HeldBack();
        while (until > now && _connection.Phase < ConnectionPhase.Closing && !edge.Abandoned.IsCancellationRequested)
        {
            if (_gate.IsFlooded(now))
            {
                return false;
            }

            var step = edge.Time.GetElapsedTime(now, until);
            await Task.Delay(step < LongestStep ? step : LongestStep, edge.Time, edge.Abandoned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            now = edge.Time.GetTimestamp();
        }

        _gate.Held(now);
        return true;
    }

    private bool EndsBadly(out StreamEvent failure)
    {
        failure = default;
        if (_buffer is null || _discarding || _broken)
        {
            return false;
        }

        _broken = _parser.TryEndMessage(out failure);
        return _broken;
    }

    private void GiveBack()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}

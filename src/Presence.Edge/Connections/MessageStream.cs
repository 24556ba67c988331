using System.Buffers.Binary;
using System.Net.WebSockets;
using Presence.Protocol.Streams;

namespace Presence.Edge.Connections;

/// <summary>
/// A WebSocket seen as the two byte streams that reader and writer know (RFC 7395). Read: the text of one message after the other, never of
/// two at once, and <see cref="MessageEnded"/> between them. Written: batches of elements laid out by <see cref="Add"/>, a message for each. It
/// must never look into XML beyond a start tag.
/// </summary>
/// <param name="secure">Whether TLS protects it, here or at a trusted proxy.</param>
/// <param name="time">For the close at the end.</param>
/// <param name="abort">Cuts what carries the WebSocket.</param>
internal sealed class MessageStream(WebSocket socket, bool secure, TimeProvider time, Action abort) : AsyncStream
{
    private const int PrefixBytes = sizeof(int);

    // What a peer that went away without a word may hold up.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private bool _closed;
    private bool _emptyEnd;
    private bool _notText;

    public bool IsSecure => secure;

    /// <summary>Whether what was read last ends a message.</summary>
    public bool MessageEnded { get; private set; }

    /// <summary>Lays out one element for a batch: its length, then the element with the declarations it needs to stand alone.</summary>
    public static void Add(ref PooledBytes batch, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tail)
    {
        var declaration = StreamFraming.MissingDeclaration(head, out var nameEnd);
        var length = head.Length + declaration.Length + body.Length + tail.Length;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
        batch.Reserve(PrefixBytes + length);
        batch.Add(prefix);
        batch.Add(head[..nameEnd]);
        batch.Add(declaration);
        batch.Add(head[nameEnd..]);
        batch.Add(body);
        batch.Add(tail);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_closed)
        {
            return 0;
        }

        // A fragment without text that ends nothing (RFC 6455 §5.4) says nothing: white space for it would get into a name or a body.
        while (!_emptyEnd && !_notText)
        {
            var count = await ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count > 0 || buffer.IsEmpty || _closed)
            {
                return count;
            }
        }

        if (buffer.IsEmpty)
        {
            return 0;
        }

        // Neither may look like the end of input: white space for a last fragment without text, and what no XML holds for binary.
        MessageEnded = _emptyEnd;
        buffer.Span[0] = _notText ? (byte)0 : (byte)' ';
        _emptyEnd = _notText = false;
        return 1;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.Span);
                await socket.SendAsync(buffer.Slice(PrefixBytes, length), WebSocketMessageType.Text, endOfMessage: true, cancellationToken).ConfigureAwait(false);
                buffer = buffer[(PrefixBytes + length)..];
            }
        }
        catch (WebSocketException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>Says that nothing more is sent; the peer's answer ends the input.</summary>
    public async Task EndOutputAsync()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(CloseLimit, time);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (WebSocketException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }

    public void Abort()
    {
        abort();
        socket.Abort();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_closed)
        {
            await EndOutputAsync().ConfigureAwait(false);
        }

        socket.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var result = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            _closed = result.MessageType == WebSocketMessageType.Close;
            _notText = result.MessageType == WebSocketMessageType.Binary;
            _emptyEnd = result is { Count: 0, EndOfMessage: true } && !_closed;
            MessageEnded = result.EndOfMessage && !_emptyEnd;
            return _notText ? 0 : result.Count;
        }
        catch (WebSocketException failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}

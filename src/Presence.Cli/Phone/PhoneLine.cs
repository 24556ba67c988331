using System.Net.Security;
using System.Net.Sockets;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Cli.Phone;

/// <summary>
/// One connection of the played phone: TLS from the first byte (XEP-0368), elements out, elements in. It knows nothing of sessions and never connects again by itself.
/// </summary>
public sealed class PhoneLine : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly StreamParser _parser = new(XmlLimits.AfterLogin);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _buffer = new byte[8192];
    private ReadOnlyMemory<byte> _unread;

    private PhoneLine(Socket socket, SslStream stream) => (_socket, _stream) = (socket, stream);

    /// <param name="trustAny">Takes any certificate; for a node on this machine, whose certificate is self-signed.</param>
    /// <exception cref="IOException">There is no such host, nobody listens, or TLS fails.</exception>
    public static async Task<PhoneLine> ConnectAsync(string host, int port, string domain, bool trustAny, TimeProvider clock, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(ConnectLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await socket.ConnectAsync(host, port, either.Token).ConfigureAwait(false);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = domain,
                    ApplicationProtocols = [new SslApplicationProtocol("xmpp-client")],
                    RemoteCertificateValidationCallback = (_, _, _, errors) => trustAny || errors == SslPolicyErrors.None,
                },
                either.Token).ConfigureAwait(false);
            return new PhoneLine(socket, stream);
        }
        catch (Exception e) when (e is SocketException or System.Security.Authentication.AuthenticationException)
        {
            socket.Dispose();
            throw new IOException($"{host}:{port}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"{host}:{port} gave no answer in {ConnectLimit.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Opens a stream, or opens it anew after log-in, and returns the server's features.</summary>
    /// <exception cref="IOException">The server ended the stream.</exception>
    public async Task<XmlElement> OpenAsync(string domain, CancellationToken cancellation)
    {
        _parser.Restart();
        _unread = default;
        await SendAsync(new StreamHeader { To = domain, Version = "1.0" }.ToBytes(), cancellation).ConfigureAwait(false);
        return await NextAsync(cancellation).ConfigureAwait(false) ?? throw new IOException("the server ended the stream");
    }

    public async Task SendAsync(ReadOnlyMemory<byte> xml, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _stream.WriteAsync(xml, cancellation).ConfigureAwait(false);
            await _stream.FlushAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next element; null when the stream or the connection has ended. Called by one reader at a time.</summary>
    public async Task<XmlElement?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (TryTake(out var found, out var ended))
            {
                return found;
            }

            if (ended)
            {
                return null;
            }

            var read = await ReadAsync(cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            _unread = _buffer.AsMemory(0, read);
        }
    }

    /// <summary>Ends the connection without a word, as a phone does that leaves the network.</summary>
    public void Cut() => _socket.Dispose();

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
        _parser.Dispose();
        _sending.Dispose();
    }

    private bool TryTake(out XmlElement? element, out bool ended)
    {
        (element, ended) = (null, false);
        var span = _unread.Span;
        while (_parser.TryRead(ref span, out var found))
        {
            _unread = _unread[(_unread.Length - span.Length)..];
            if (found.Kind == StreamEventKind.ElementReceived)
            {
                element = XmlElement.Parse(found.Stanza!.Bytes);
                return true;
            }

            if (found.Kind != StreamEventKind.StreamOpened)
            {
                ended = true;
                return false;
            }

            span = _unread.Span;
        }

        _unread = default;
        return false;
    }

    private async Task<int> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await _stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}

using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Cli.Clients;

/// <summary>
/// One connection to a client port: bytes out, elements in, with or without TLS. It knows nothing of sessions and never connects again by itself.
/// </summary>
public sealed class ClientLine : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly XmlLimits s_limits = XmlLimits.AfterLogin with { MaxStanzaBytes = 1024 * 1024 };

    private readonly Socket _socket;
    private readonly StreamParser _parser = new(s_limits);
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _buffer;
    private Stream _stream;
    private ReadOnlyMemory<byte> _unread;

    private ClientLine(Socket socket, int bufferBytes)
    {
        (_socket, _buffer) = (socket, new byte[bufferBytes]);
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Connects, and begins TLS where the address says so; the stream is opened by <see cref="OpenAsync"/>.</summary>
    /// <exception cref="IOException">There is no such host, nobody listens, TLS fails, or there is no answer in 10 seconds.</exception>
    public static async Task<ClientLine> ConnectAsync(ServerAddress server, TimeProvider clock, CancellationToken cancellation, int bufferBytes = 8192)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(ConnectLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, either.Token).ConfigureAwait(false);
            var line = new ClientLine(socket, bufferBytes);
            if (server.Security == LineSecurity.StartTls)
            {
                await line.AskForTlsAsync(server.Domain, either.Token).ConfigureAwait(false);
            }

            if (server.Security != LineSecurity.None)
            {
                await line.SecureAsync(server, either.Token).ConfigureAwait(false);
            }

            return line;
        }
        catch (Exception e) when (e is SocketException or AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new IOException($"{server.Host}:{server.Port}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"{server.Host}:{server.Port} gave no answer in {ConnectLimit.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Opens a stream, or opens it anew after log-in, and returns the server's features.</summary>
    /// <exception cref="IOException">The server ended the stream.</exception>
    public async Task<Stanza> OpenAsync(string domain, CancellationToken cancellation)
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
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next element; null when the stream or the connection has ended. Called by one reader at a time.</summary>
    public async Task<Stanza?> NextAsync(CancellationToken cancellation)
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

    /// <summary>RFC 6120 §5.4.2.</summary>
    private async Task AskForTlsAsync(string domain, CancellationToken cancellation)
    {
        await OpenAsync(domain, cancellation).ConfigureAwait(false);
        await SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"u8.ToArray(), cancellation).ConfigureAwait(false);
        if ((await NextAsync(cancellation).ConfigureAwait(false))?.Name != "proceed")
        {
            throw new IOException("the server does not begin TLS");
        }
    }

    private async Task SecureAsync(ServerAddress server, CancellationToken cancellation)
    {
        var tls = new SslStream(_stream);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = server.Domain,
                ApplicationProtocols = server.Security == LineSecurity.DirectTls ? [new SslApplicationProtocol("xmpp-client")] : null,
                RemoteCertificateValidationCallback = (_, _, _, errors) => server.TrustAny || errors == SslPolicyErrors.None,
            },
            cancellation).ConfigureAwait(false);
    }

    private bool TryTake(out Stanza? element, out bool ended)
    {
        (element, ended) = (null, false);
        var span = _unread.Span;
        while (_parser.TryRead(ref span, out var found))
        {
            _unread = _unread[(_unread.Length - span.Length)..];
            if (found.Kind == StreamEventKind.ElementReceived)
            {
                element = found.Stanza;
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

using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;

namespace Presence.Edge.Listening;

/// <summary>
/// One listening socket and its accept loop. It must never do more for a socket than count it and start its connection: the next one waits.
/// </summary>
internal sealed partial class ClientListener : IDisposable
{
    private const int Backlog = 512;

    // When the process has no file descriptors left, accepting again at once would only spin.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly EdgeContext _edge;
    private readonly ListenerKind _kind;
    private readonly Action<ClientConnection> _started;
    private readonly ILogger _log;
    private readonly Socket _socket;

    /// <exception cref="SocketException">The port is taken or not allowed.</exception>
    public ClientListener(EdgeContext edge, ListenerOptions options, Action<ClientConnection> started, ILogger log)
    {
        _edge = edge;
        _kind = options.Kind;
        _started = started;
        _log = log;
        _socket = Bind(options);
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        LogListening(log, _kind, EndPoint);
    }

    /// <summary>The address bound, with the port that was really taken.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Accepts until disposed.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Begin(await _socket.AcceptAsync(stopping).ConfigureAwait(false));
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                LogAcceptFailed(_log, failure.SocketErrorCode);
                if (failure.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(AcceptPause, _edge.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Bind(ListenerOptions options)
    {
        var everywhere = options.Address is null || options.Address.Equals(IPAddress.IPv6Any);
        var address = everywhere ? Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any : options.Address!;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (everywhere && address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, options.Port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private void Begin(Socket socket)
    {
        if (socket.RemoteEndPoint is not IPEndPoint remote)
        {
            socket.Dispose();
            return;
        }

        remote = new IPEndPoint(AddressKey.Plain(remote.Address), remote.Port);
        AddressKey? address = IsProxy(remote.Address) ? null : AddressKey.Of(remote.Address);
        if (!_edge.Limits.TryEnter(address))
        {
            _edge.Metrics.Refused();
            if (_edge.Refusals.Note(out var count))
            {
                LogRefused(_log, remote.Address, count);
            }

            socket.Close(0);
            return;
        }

        TcpTuning.Apply(socket, _edge.Options.SendTimeout);
        _edge.Metrics.Accepted();
        _started(new ClientConnection(_edge, socket, _kind, remote, address));
    }

    private bool IsProxy(IPAddress address)
    {
        foreach (var network in _edge.Options.TrustedProxies)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(30, LogLevel.Information, "Listening for {Kind} on {EndPoint}")]
    private static partial void LogListening(ILogger log, ListenerKind kind, IPEndPoint endPoint);

    [LoggerMessage(31, LogLevel.Warning, "Accept failed: {Error}")]
    private static partial void LogAcceptFailed(ILogger log, SocketError error);

    [LoggerMessage(32, LogLevel.Warning,
        "Connection from {Address} refused: Limits:MaxConnections or Limits:ConnectionsPerAddress is reached ({Count} refused since this was last logged)")]
    private static partial void LogRefused(ILogger log, IPAddress address, long count);
}

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Presence.Edge.Connections;
using Presence.Edge.Listening;
using Presence.Protocol.Sasl;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Edge;

/// <summary>
/// One edge: its listeners, its connections, and their orderly end. It must never outlive <see cref="StopAsync"/> with an open socket, nor end a
/// session that its client can resume.
/// </summary>
public sealed partial class EdgeServer : IAsyncDisposable
{
    private readonly EdgeContext _edge;
    private readonly EdgeMetrics _metrics;
    private readonly ILogger _log;
    private readonly List<ClientListener> _listeners = [];
    private readonly List<Task> _accepting = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConnectionSweeper? _sweeper;
    private int _open = 1;
    private int _stopped;

    /// <param name="table">Given to owners as their <see cref="IDeliver"/>; made first, so that both sides can be wired.</param>
    /// <param name="accept">Where inputs of clients go.</param>
    /// <exception cref="IOException">Certificate or data directory cannot be read or written.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The configured certificate is no use.</exception>
    public EdgeServer(EdgeOptions options, ConnectionTable table, IAccept accept, IAccounts accounts, TimeProvider time, ILoggerFactory loggers)
    {
        _metrics = new EdgeMetrics(this);
        _log = loggers.CreateLogger("Presence.Edge.Server");
        var certificates = new CertificateSource(options, time, _log);
        var decoy = new ScramDecoy(LoginSecret.LoadOrCreate(options.DataDirectory), options.KeyIterations);
        _edge = new EdgeContext(options, table, accept, accounts, time, loggers, _metrics, certificates, decoy, _abandoned.Token);
    }

    /// <summary>The addresses bound, in the order of <see cref="EdgeOptions.Listeners"/>; empty before <see cref="Start"/>.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _listeners.Select(listener => listener.EndPoint)];

    /// <summary>How TLS begins on a port for HTTP, with the certificate in use now.</summary>
    /// <param name="hello">What the client has sent so far; its first message guides the choice if it is all there, and any bytes are right.</param>
    public SslServerAuthenticationOptions HttpTls(ReadOnlySpan<byte> hello) => _edge.Certificates.Current.ForHttp(OfferedVersions.IncludeTls13(hello));

    /// <summary>When the certificate in use ends.</summary>
    public DateTimeOffset CertificateExpiresAt => _edge.Certificates.Current.ExpiresAt;

    /// <summary>Reads the certificate again now. Any thread; the old one stays when the new one is no use.</summary>
    public CertificateReload ReloadCertificate() => _edge.Certificates.Reload();

    /// <summary>Binds all ports, then accepts.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">A port is taken or not allowed; none stays bound.</exception>
    public void Start()
    {
        try
        {
            foreach (var options in _edge.Options.Listeners)
            {
                _listeners.Add(new ClientListener(_edge, options, Begin, _log));
            }
        }
        catch (System.Net.Sockets.SocketException)
        {
            CloseListeners();
            throw;
        }

        _sweeper = new ConnectionSweeper(_edge);
        foreach (var listener in _listeners)
        {
            _accepting.Add(listener.RunAsync(_stopping.Token));
        }
    }

    /// <summary>
    /// Closes the ports, ends every stream and waits until the owners have heard of it. Clients with stream management lose only their TCP
    /// connection, without a stream end, so that they resume; the others get <c>system-shutdown</c>.
    /// </summary>
    /// <param name="cancellation">When it fires, what is still open is cut and owners are waited for no longer.</param>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            await _empty.Task.ConfigureAwait(false);
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        CloseListeners();
        await Task.WhenAll(_accepting).ConfigureAwait(false);
        LogStopping(_log, _edge.Table.Count);
        foreach (var (_, connection) in _edge.Table.All)
        {
            End(connection);
        }

        using (cancellation.Register(CutAll))
        {
            Left();
            await _empty.Task.ConfigureAwait(false);
        }

        _sweeper?.Dispose();
        _edge.Derivation.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync().ConfigureAwait(false);
            await StopAsync(now.Token).ConfigureAwait(false);
        }

        _metrics.Dispose();
        _stopping.Dispose();
        _abandoned.Dispose();
    }

    private static void End(ClientConnection connection)
    {
        if (connection.Phase == ConnectionPhase.Negotiating && !connection.StreamOpen)
        {
            connection.Cut("shutdown");
        }
        else if (connection.StreamManagement)
        {
            connection.BeginClose(StreamErrorCondition.None, null, endStream: false);
        }
        else
        {
            connection.BeginClose(StreamErrorCondition.SystemShutdown, null);
        }
    }

    /// <summary>Serves a client that came through a WebSocket until it is gone.</summary>
    /// <param name="remote">Where the client is, behind whatever proxy.</param>
    /// <param name="secure">Whether TLS protects the whole way, so that the client may log in.</param>
    /// <param name="accept">Answers the HTTP request; called only if there is room.</param>
    /// <param name="abort">Cuts the HTTP connection at once, from any thread.</param>
    /// <returns>False: refused, and not accepted; by a limit, or because the edge is ending.</returns>
    public async Task<bool> ServeAsync(IPEndPoint remote, bool secure, Func<Task<WebSocket>> accept, Action abort)
    {
        var address = AddressKey.Of(remote.Address);
        if (!TryJoin())
        {
            return false;
        }

        if (!_edge.Limits.TryEnter(address))
        {
            _metrics.Refused();
            Left();
            return false;
        }

        ClientConnection connection;
        try
        {
            connection = new ClientConnection(_edge, new MessageStream(await accept().ConfigureAwait(false), secure, _edge.Time, abort), remote);
        }
        catch
        {
            _edge.Limits.Leave(address);
            Left();
            throw;
        }

        _metrics.Accepted();
        _edge.Table.Add(connection);
        if (Volatile.Read(ref _stopped) != 0)
        {
            // It may have come too late to be seen by the stop.
            End(connection);
        }

        await RunAsync(connection).ConfigureAwait(false);
        return true;
    }

    /// <summary>Gives the socket that carries a WebSocket what every client's has, so that a client that vanished is noticed as soon.</summary>
    public void Tune(Socket socket) => TcpTuning.Apply(socket, _edge.Options.SendTimeout);

    // Once the last one has left, nobody may join: the stop is over.
    private bool TryJoin()
    {
        var open = Volatile.Read(ref _open);
        while (open > 0 && Volatile.Read(ref _stopped) == 0)
        {
            var seen = Interlocked.CompareExchange(ref _open, open + 1, open);
            if (seen == open)
            {
                return true;
            }

            open = seen;
        }

        return false;
    }

    private void Begin(ClientConnection connection)
    {
        Interlocked.Increment(ref _open);
        _edge.Table.Add(connection);
        _ = RunAsync(connection);
    }

    private async Task RunAsync(ClientConnection connection)
    {
        await connection.RunAsync().ConfigureAwait(false);
        Left();
    }

    // The edge itself counts as one until it stops, so that zero is reached once only.
    private void Left()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _empty.TrySetResult();
        }
    }

    private void CutAll()
    {
        _abandoned.Cancel();
        foreach (var (_, connection) in _edge.Table.All)
        {
            connection.Cut("shutdown");
        }
    }

    private void CloseListeners()
    {
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
    }

    [LoggerMessage(40, LogLevel.Information, "Stopping with {Count} connections")]
    private static partial void LogStopping(ILogger log, int count);
}

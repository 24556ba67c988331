using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Presence.Edge.Listening;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Edge.Components;

/// <summary>The port external components connect to (XEP-0114), its connections, and their orderly end. It must never serve a component that is not configured.</summary>
public sealed partial class ComponentServer : IAsyncDisposable
{
    // When the process has no file descriptors left, accepting again at once would only spin.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly ComponentOptions _options;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<ComponentConnection, Task> _connections = new();
    private Task _accepting = Task.CompletedTask;

    /// <param name="edge">The domain, and the bounds that components share with clients.</param>
    /// <param name="table">Given to owners as their <see cref="IComponents"/>; made first, so that both sides can be wired.</param>
    public ComponentServer(EdgeOptions edge, ComponentOptions options, ComponentTable table, IAccept accept, TimeProvider time, ILoggerFactory loggers)
    {
        (Edge, _options, Table, Accept, Time) = (edge, options, table, accept, time);
        Log = loggers.CreateLogger("Presence.Edge.Component");
        _listener = new TcpListener(options.Address, options.Port);
    }

    /// <summary>The address bound; after <see cref="Start"/>.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    internal EdgeOptions Edge { get; }

    internal ComponentTable Table { get; }

    internal IAccept Accept { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    /// <exception cref="SocketException">The port is taken or not allowed.</exception>
    public void Start()
    {
        _listener.Start();
        LogListening(Log, EndPoint);
        _accepting = AcceptAsync();
    }

    /// <summary>Closes the port and ends every stream with <c>system-shutdown</c>; what lingers longer than <see cref="EdgeOptions.LingerTimeout"/> is cut.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (var (connection, _) in _connections)
        {
            connection.Close(StreamErrorCondition.SystemShutdown);
        }

        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Begin(await _listener.AcceptSocketAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException failure)
            {
                LogAcceptFailed(Log, failure.SocketErrorCode);
                await Task.Delay(AcceptPause, Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Begin(Socket socket)
    {
        if (_connections.Count >= _options.MaxConnections)
        {
            LogRefused(Log, _options.MaxConnections);
            socket.Close(0);
            return;
        }

        TcpTuning.Apply(socket, Edge.SendTimeout);
        var connection = new ComponentConnection(this, socket);
        var begun = new TaskCompletionSource();
        _connections[connection] = RunAsync(connection, begun.Task);
        begun.SetResult();
    }

    /// <param name="begun">Nothing is removed before it was added.</param>
    private async Task RunAsync(ComponentConnection connection, Task begun)
    {
        await begun.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (connection)
        {
            await connection.RunAsync().ConfigureAwait(false);
        }

        _connections.TryRemove(connection, out _);
    }

    [LoggerMessage(55, LogLevel.Information, "Listening for components on {EndPoint}")]
    private static partial void LogListening(ILogger log, IPEndPoint endPoint);

    [LoggerMessage(56, LogLevel.Warning, "Accept of a component failed: {Error}")]
    private static partial void LogAcceptFailed(ILogger log, SocketError error);

    [LoggerMessage(57, LogLevel.Warning, "A component's connection was refused: {Limit} are open")]
    private static partial void LogRefused(ILogger log, int limit);
}

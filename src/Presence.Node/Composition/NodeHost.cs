using System.Net.Sockets;
using System.Security.Cryptography;
using Presence.Actors;
using Presence.Actors.Admin;
using Presence.Edge;
using Presence.Edge.Components;
using Presence.Edge.Connections;
using Presence.Node.Checks;
using Presence.Node.Configuration;
using Presence.Node.Endpoints;
using Presence.Node.Telemetry;
using Presence.Protocol.Addressing;
using Presence.Push;
using Presence.Push.Gateways;
using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// One node in one process: store, commit lane, owners, push, edge and endpoints, wired, started in this order and stopped in the reverse. It holds no rule of its own.
/// </summary>
internal sealed partial class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan EdgeGrace = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CommitGrace = TimeSpan.FromSeconds(10);

    private readonly NodeOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    // What was started, in order; stopped backwards.
    private readonly Stack<Func<ValueTask>> _stops = new();

    private NodeHost(NodeOptions options, TimeProvider clock, ILogger log) => (_options, _clock, _log) = (options, clock, log);

    /// <summary>Where the node listens; 0 for what is off.</summary>
    public NodePorts Ports { get; private set; } = new(0, 0, 0, "");

    /// <summary>For tools inside the process: accounts of the demo.</summary>
    public AdminBackend Admin { get; private set; } = null!;

    /// <summary>Starts everything; returns when clients can connect.</summary>
    /// <param name="output">For the console push sink.</param>
    /// <exception cref="StartException">Something is in the way that an operator can remove; nothing stays behind.</exception>
    public static async Task<NodeHost> StartAsync(NodeOptions options, TextWriter output, bool colour, TimeProvider clock, ILoggerFactory loggers)
    {
        var host = new NodeHost(options, clock, loggers.CreateLogger<NodeHost>());
        try
        {
            await host.RunAsync(output, colour, loggers).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Stops in good order: no new connections, clients cut loose so that they can resume, pushes settled, the last batch committed, the store closed. Takes a bounded time
    /// even when the store cannot be written.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        while (_stops.TryPop(out var stop))
        {
            try
            {
                await stop().ConfigureAwait(false);
            }
#pragma warning disable CA1031 // One part that cannot stop must not keep the others from stopping in order.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogStopFailed(e);
            }
        }
    }

    private async Task RunAsync(TextWriter output, bool colour, ILoggerFactory loggers)
    {
        var domain = Jid.TryParse(_options.Xmpp.Domain, out var parsed) ? parsed : throw new InvalidOperationException("the domain was validated");
        var opened = OpenedStore.Open(_options, _clock);
        _stops.Push(() => Done(opened.Dispose));
        var store = opened.Store;
        var health = new StoreHealth(loggers.CreateLogger<StoreHealth>(), _clock);

        var retention = Started(new ArchiveRetention(store, _options.ArchiveRetentionDays, _clock, loggers.CreateLogger<ArchiveRetention>()));
        var erasure = Started(new AccountErasure(store, _clock, loggers.CreateLogger<AccountErasure>()));
        var lane = new CommitLane(store, health.Report, _clock);
        var table = new ConnectionTable();
        var components = ComponentPart.Table(_options.Components);
        var push = StartPush(components, domain, output, colour, loggers);

        // The owners hand orders to the desk, and the desk asks the owners.
        ShardHost? shards = null;
        Task<AdminReply> AskAsync(AdminRequest request, CancellationToken cancellation) => shards!.AskAsync(request, cancellation);
        var keys = new AccountKeys(_options.Registration.KeyIterations);
        _stops.Push(() => Done(keys.Dispose));
        var desk = new AdminDesk(store, keys, AskAsync, cancellation => shards!.CountOnlineAsync(cancellation), _clock);
        var defects = new DefectLog(loggers.CreateLogger<DefectLog>(), _clock);
        _stops.Push(() => Done(defects.Dispose));
        shards = StartShards(opened, lane, table, push, desk, components, domain, health, erasure, defects);
        _stops.Push(push.StopAsync);

        var accounts = new Accounts(store, AskAsync, _options.Administrators);
        _stops.Push(() => Done(accounts.Dispose));
        var options = OptionsMapping.Edge(_options, domain);
        var componentServer = ComponentPart.Start(_options.Components, components, options, shards, _clock, loggers);
        if (componentServer is not null)
        {
            Started(componentServer);
        }

        var edge = StartEdge(options, table, shards, accounts, domain, loggers);
        retention.Start();
        _ = erasure.RunAsync();
        await StartEndpointsAsync(opened, keys, accounts.AskAsync, erasure, edge, componentServer?.EndPoint.Port ?? 0, domain, health, loggers).ConfigureAwait(false);
    }

    // Gateways outlive the worker, the worker outlives nobody who might still settle a push: it is stopped before the owners, disposed after them.
    private PushWorker StartPush(ComponentTable? components, Jid domain, TextWriter output, bool colour, ILoggerFactory loggers)
    {
        var gateways = PushSinks.Create(_options.PushSinks, output, colour, _clock, loggers);
        foreach (var gateway in gateways.OfType<IDisposable>())
        {
            _stops.Push(() => Done(gateway.Dispose));
        }

        if (components is not null)
        {
            gateways = [.. gateways, new PubsubGateway(components, domain, _options.PushSender, _clock, loggers.CreateLogger<PubsubGateway>())];
        }

        return Started(new PushWorker(gateways, new PushWorkerOptions(), _clock, loggers.CreateLogger<PushWorker>()));
    }

    private ShardHost StartShards(
        OpenedStore opened, CommitLane lane, ConnectionTable table, PushWorker push, AdminDesk desk, ComponentTable? components, Jid domain, StoreHealth health,
        AccountErasure erasure, DefectLog defects)
    {
        _stops.Push(() => Done(lane.Dispose));
        try
        {
            var shards = new ShardHost(
                opened.Store, [lane], table, push, _clock, new SystemRandomSource(), domain, OptionsMapping.Sessions(_options), NodeVersion.Text, health.Note,
                OptionsMapping.Services(_options), desk, components, () => erasure.RunAsync(), defects.Met);
            shards.Start();
            _stops.Push(() => StopShardsAsync(shards, lane));
            return shards;
        }
        catch (StoreException e)
        {
            throw new StartException($"{opened.Key}: {e.Message}", e);
        }
    }

    // The owners end when the batch in flight is answered; a store that cannot be written must not keep the process alive for ever.
    private async ValueTask StopShardsAsync(ShardHost shards, CommitLane lane)
    {
        var ended = Task.Run(async () => await shards.DisposeAsync().ConfigureAwait(false));
        await Task.WhenAny(ended, Task.Delay(CommitGrace, _clock)).ConfigureAwait(false);
        if (!ended.IsCompleted && !await Task.Run(() => lane.Stop(TimeSpan.Zero)).ConfigureAwait(false))
        {
            LogAbandoned();
        }

        await ended.ConfigureAwait(false);
    }

    private EdgeServer StartEdge(EdgeOptions options, ConnectionTable table, ShardHost shards, Accounts accounts, Jid domain, ILoggerFactory loggers)
    {
        try
        {
            var edge = Started(new EdgeServer(options, table, shards, accounts, _clock, loggers));
            _stops.Push(() => StopEdgeAsync(edge));
            edge.Start();
            return edge;
        }
        catch (SocketException e)
        {
            throw new StartException(PortTrouble(e), e);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(
                _options.Tls.CertificatePath is { } path
                    ? CertificateCheck.Run(path, _options.Tls.KeyPath, domain.Domain, _clock.GetUtcNow(), selfSigned: false) is { Status: CheckStatus.Failed } found
                        ? $"Tls:CertificatePath: {found.Message}"
                        : $"Tls:CertificatePath {path}: {e.Message}"
                    : $"the self-signed certificate in {_options.DataDirectory} cannot be read or written: {e.Message}",
                e);
        }
    }

    private async ValueTask StopEdgeAsync(EdgeServer edge)
    {
        using var grace = new CancellationTokenSource(EdgeGrace, _clock);
        await edge.StopAsync(grace.Token).ConfigureAwait(false);
    }

    private string PortTrouble(SocketException e)
    {
        (string Key, int? Port)[] ports = [("Xmpp:ClientPort", _options.Xmpp.ClientPort), ("Xmpp:DirectTlsPort", _options.Xmpp.DirectTlsPort)];
        foreach (var (key, port) in ports)
        {
            if (port is > 0 && !PortCheck.TryListen(_options.Xmpp.Bind, port.Value, out var reason))
            {
                return $"{key} {port} cannot be listened on: {reason}. Stop who has it ('ss -ltnp sport = :{port}' tells), or set --{key} to another port, 0 for a free one or off.";
            }
        }

        return $"the client ports cannot be listened on: {e.Message}";
    }

    private async Task StartEndpointsAsync(
        OpenedStore opened, AccountKeys keys, Func<AdminRequest, CancellationToken, Task<AdminReply>> ask, AccountErasure erasure, EdgeServer edge, int componentPort,
        Jid domain, StoreHealth health, ILoggerFactory loggers)
    {
        var listening = edge.EndPoints.Select(e => e.Port).ToList();
        var clientPort = _options.Xmpp.ClientPort is null ? 0 : listening[0];
        var directPort = _options.Xmpp.DirectTlsPort is null ? 0 : listening[^1];

        var web = new WebEndpoint(edge, _options, new ChatPages(_options.Web.ConversePath, domain.ToString()), loggers);
        var webPort = 0;
        if (_options.Web.TlsPort is { } secure)
        {
            webPort = Started(await HttpServer.OnPortAsync(
                _options.Web.Bind, secure, Clients(web), loggers, "Web:TlsPort", new HttpTls(edge.HttpTls)).ConfigureAwait(false)).Port;
            web.Announce(domain.ToString(), webPort);
        }

        var httpPort = 0;
        if (_options.Http.Port is { } wanted)
        {
            var metrics = new MetricsCollector(MetricsCollector.IsOurs);
            _stops.Push(() => Done(metrics.Dispose));
            var own = new NodeMetrics(NodeVersion.Text, health, () => edge.CertificateExpiresAt, _options.DataDirectory, _clock);
            _stops.Push(() => Done(own.Dispose));
            httpPort = Started(await HttpServer.OnPortAsync(_options.Http.Bind, wanted, Plain(new PublicEndpoint(() => health.Trouble, metrics), web), loggers)
                .ConfigureAwait(false)).Port;
        }

        Ports = new NodePorts(clientPort, directPort, httpPort, _options.AdminSocket, webPort, componentPort);

        // Before the HTTP servers: their connections would be cut before the edge could end the streams on them.
        _stops.Push(() => StopEdgeAsync(edge));
        var check = new RunningCheck(_options, Ports, opened.Place, health, _clock);
        var backup = new OnlineBackup(opened.File, _clock, loggers.CreateLogger<OnlineBackup>());
        Admin = new AdminBackend(
            domain, keys, ask, c => erasure.RunAsync().WaitAsync(c), opened.Store, check.RunAsync, edge.ReloadCertificate, backup.Start);
        _stops.Push(() => Done(backup.Dispose));
        var admin = new AdminEndpoint(Admin, _clock);
        Started(await HttpServer.OnSocketAsync(_options.AdminSocket, admin.HandleAsync, loggers).ConfigureAwait(false));
    }

    // Health and figures are for the operator's port only.
    private static RequestDelegate Plain(PublicEndpoint own, WebEndpoint web) =>
        context => WebEndpoint.Serves(context.Request.Path) ? web.HandleAsync(context) : own.HandleAsync(context);

    private static RequestDelegate Clients(WebEndpoint web) => web.HandleAsync;

    private T Started<T>(T part)
        where T : IAsyncDisposable
    {
        _stops.Push(part.DisposeAsync);
        return part;
    }

    private static ValueTask Done(Action stop)
    {
        stop();
        return ValueTask.CompletedTask;
    }

    [LoggerMessage(EventId = 80, Level = LogLevel.Error, Message = "A part of the node could not be stopped")]
    private partial void LogStopFailed(Exception e);

    [LoggerMessage(EventId = 81, Level = LogLevel.Error, Message = "Stopped with a write that the store did not take; nothing of it was acknowledged")]
    private partial void LogAbandoned();
}

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Presence.Node.Checks;
using Presence.Node.Composition;

namespace Presence.Node.Endpoints;

/// <summary>
/// One Kestrel server on one address with one handler: no container, no routing, no middleware. Public and admin endpoints get one each, so that no mistake in a
/// route can ever show the one on the other's address.
/// </summary>
internal sealed partial class HttpServer : IAsyncDisposable
{
    private const int MaxBodyBytes = 64 * 1024;

    private readonly KestrelServer _server;

    private HttpServer(KestrelServer server) => _server = server;

    /// <summary>The TCP port, or 0 for a Unix socket.</summary>
    public int Port { get; private set; }

    /// <exception cref="StartException">The port cannot be had.</exception>
    /// <param name="key">The setting that names the port, for what is told when it cannot be had.</param>
    /// <param name="tls">Null: plain HTTP.</param>
    public static async Task<HttpServer> OnPortAsync(
        IPAddress bind, int port, RequestDelegate handler, ILoggerFactory loggers, string key = "Http:Port", HttpTls? tls = null)
    {
        var options = Options();
        void Listen(ListenOptions listen)
        {
            // HTTP/2 would bring no WebSocket here and one more parser to strangers.
            listen.Protocols = HttpProtocols.Http1;
            if (tls is not null)
            {
                listen.Use(tls.Around);
            }
        }

        if (bind.Equals(IPAddress.IPv6Any))
        {
            options.ListenAnyIP(port, Listen);
        }
        else
        {
            options.Listen(bind, port, Listen);
        }

        try
        {
            var listener = await StartAsync(options, new SocketTransportOptions(), handler, loggers).ConfigureAwait(false);
            var address = listener._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
            listener.Port = BindingAddress.Parse(address).Port;
            return listener;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            PortCheck.TryListen(bind, port, out var reason);
            throw new StartException($"{key} {port} cannot be listened on: {(reason.Length > 0 ? reason : e.Message)}. Stop who has it ('ss -ltnp sport = :{port}' tells), or set --{key} to another port, 0 for a free one or off.", e);
        }
    }

    /// <summary>Listens on a Unix socket that only this user may open, from its first instant.</summary>
    /// <exception cref="StartException">Another process listens there, or the path cannot be used.</exception>
    public static async Task<HttpServer> OnSocketAsync(string path, RequestDelegate handler, ILoggerFactory loggers)
    {
        await RemoveStaleAsync(path).ConfigureAwait(false);
        var options = Options();
        options.ListenUnixSocket(path);
        try
        {
            var transport = new SocketTransportOptions { CreateBoundListenSocket = BindPrivately };
            return await StartAsync(options, transport, handler, loggers).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException)
        {
            throw new StartException($"Admin:Socket {path} cannot be made: {e.Message}. Its directory must exist and be writable, or set --Admin:Socket to another path.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Requests under way are short; a scraper that holds its connection open must not hold up the stop.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        try
        {
            await _server.StopAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Cut.
        }

        _server.Dispose();
    }

    private static KestrelServerOptions Options()
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = MaxBodyBytes;
        options.Limits.MaxConcurrentConnections = 256;
        return options;
    }

    private static async Task<HttpServer> StartAsync(
        KestrelServerOptions options, SocketTransportOptions transport, RequestDelegate handler, ILoggerFactory loggers)
    {
        var factory = new SocketTransportFactory(new OptionsWrapper<SocketTransportOptions>(transport), loggers);
        var server = new KestrelServer(new OptionsWrapper<KestrelServerOptions>(options), factory, loggers);
        try
        {
            await server.StartAsync(new Application(handler, loggers.CreateLogger("Presence.Node.Http")), CancellationToken.None).ConfigureAwait(false);
            return new HttpServer(server);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    // The socket's file gets its mode between bind and listen: nobody can have connected before.
    private static Socket BindPrivately(EndPoint endPoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(endPoint.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return socket;
    }

    // A killed node leaves its socket file behind; one that answers belongs to a living node.
    private static async Task RemoveStaleAsync(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new StartException($"Admin:Socket {path} exists and cannot be used ({e.Message}). Remove it, or set --Admin:Socket to another path.", e);
        }

        throw new StartException($"Admin:Socket {path} is in use: another node is running. Stop it first, or set --Admin:Socket and --Data:Directory for a second one.");
    }

    /// <summary>The least that Kestrel needs to run a handler.</summary>
    private sealed partial class Application(RequestDelegate handler, ILogger log) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            try
            {
                await handler(context).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
            {
                // Nobody waits for the answer any more.
            }
#pragma warning disable CA1031 // A defect in one answer must not look like a dead node; it is logged and told.
            catch (Exception e) when (e is not Microsoft.AspNetCore.Http.BadHttpRequestException)
#pragma warning restore CA1031
            {
                LogFailed(log, context.Request.Method, context.Request.Path, e);
                if (!context.Response.HasStarted)
                {
                    context.Response.Clear();
                    context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                }
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        [LoggerMessage(EventId = 85, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        private static partial void LogFailed(ILogger log, string method, string path, Exception e);
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Options;
using Presence.Edge;
using Presence.Node.Configuration;
using Presence.Protocol.Streams;

namespace Presence.Node.Endpoints;

/// <summary>
/// What clients may ask for over HTTP: the WebSocket of RFC 7395, the way to it (XEP-0156), and a chat page. It must never serve anything of the
/// operator's, and never let a log-in travel readably without the configuration saying so.
/// </summary>
internal sealed class WebEndpoint
{
    /// <summary>Where the WebSocket is.</summary>
    public const string SocketPath = "/xmpp-websocket";

    private const string Relation = "urn:xmpp:alt-connections:websocket";
    private static readonly XNamespace Xrd = "http://docs.oasis-open.org/ns/xri/xrd-1.0";

    private readonly EdgeServer _edge;
    private readonly WebSection _web;
    private readonly bool _plaintext;
    private string? _link;
    private readonly TimeSpan _keepAlive;
    private readonly ChatPages _chat;
    private readonly WebSocketMiddleware _sockets;

    public WebEndpoint(EdgeServer edge, NodeOptions options, ChatPages chat, ILoggerFactory loggers)
    {
        _edge = edge;
        _web = options.Web;
        _plaintext = options.Xmpp.AllowPlaintextLogin;
        _link = _web.WebSocketUrl;
        _keepAlive = options.Limits.KeepAlive;
        _chat = chat;
        var sockets = new WebSocketOptions();
        foreach (var origin in _web.Origins)
        {
            sockets.AllowedOrigins.Add(origin);
        }

        _sockets = new WebSocketMiddleware(AcceptAsync, new OptionsWrapper<WebSocketOptions>(sockets), loggers);
    }

    /// <summary>Takes the TLS port for what XEP-0156 tells, unless the configuration names a URL.</summary>
    public void Announce(string domain, int port) => _link ??= $"wss://{domain}:{port}{SocketPath}";

    /// <summary>Whether a path is a client's business.</summary>
    public static bool Serves(PathString path) =>
        path == SocketPath || path.StartsWithSegments("/.well-known") || path.StartsWithSegments("/chat");

    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == SocketPath)
        {
            return _sockets.Invoke(context);
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return TextAnswer.WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET\n");
        }

        return request.Path.Value switch
        {
            "/.well-known/host-meta" when _link is not null => LinkAsync(context, Xml(_link), "application/xrd+xml; charset=utf-8"),
            "/.well-known/host-meta.json" when _link is not null => LinkAsync(context, Json(_link), "application/json; charset=utf-8"),
            _ when request.Path.StartsWithSegments("/chat") => _chat.HandleAsync(context),
            _ => TextAnswer.WriteAsync(context, StatusCodes.Status404NotFound, "there are /xmpp-websocket, /.well-known/host-meta and /chat\n"),
        };
    }

    // Any page may look up where a domain's WebSocket is (XEP-0156 §2).
    private static Task LinkAsync(HttpContext context, string text, string type)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        return TextAnswer.WriteAsync(context, StatusCodes.Status200OK, text, type);
    }

    private static string Xml(string link) =>
        "<?xml version='1.0' encoding='utf-8'?>\n"
        + new XElement(Xrd + "XRD", new XElement(Xrd + "Link", new XAttribute("rel", Relation), new XAttribute("href", link))) + "\n";

    private static string Json(string link) =>
        new JsonObject { ["links"] = new JsonArray(new JsonObject { ["rel"] = Relation, ["href"] = link }) }.ToJsonString(JsonSerializerOptions.Default);

    private async Task AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await TextAnswer.WriteAsync(context, StatusCodes.Status426UpgradeRequired, "this is for WebSocket clients (RFC 7395)\n").ConfigureAwait(false);
            return;
        }

        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(StreamFraming.Subprotocol))
        {
            await TextAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, "the subprotocol xmpp is needed (RFC 7395)\n").ConfigureAwait(false);
            return;
        }

        var (remote, secure) = Caller(context);
        if (!secure && !_plaintext)
        {
            await TextAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, "a log-in needs TLS: use wss, or name the TLS proxy in Web:TrustedProxies\n").ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IConnectionSocketFeature>() is { Socket: var socket })
        {
            _edge.Tune(socket);
        }

        var accept = new WebSocketAcceptContext { SubProtocol = StreamFraming.Subprotocol, KeepAliveInterval = _keepAlive };
        if (!await _edge.ServeAsync(remote, secure, () => context.WebSockets.AcceptWebSocketAsync(accept), context.Abort).ConfigureAwait(false))
        {
            await TextAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "no room for one more connection\n").ConfigureAwait(false);
        }
    }

    /// <summary>Where the client is, and whether its way here is protected: by our own TLS, or by a proxy that is trusted to have done it.</summary>
    private (IPEndPoint Remote, bool Secure) Caller(HttpContext context)
    {
        var address = Plain(context.Connection.RemoteIpAddress ?? IPAddress.None);
        var secure = context.Request.IsHttps;
        var port = context.Connection.RemotePort;
        if (_web.TrustedProxies.Any(network => network.Contains(address)))
        {
            var headers = context.Request.Headers;
            secure |= !headers.TryGetValue("X-Forwarded-Proto", out var scheme) || scheme.ToString().Equals("https", StringComparison.OrdinalIgnoreCase);

            // Only the last one was written by the proxy itself.
            if (headers.TryGetValue("X-Forwarded-For", out var way) && IPAddress.TryParse(way.ToString().Split(',')[^1].Trim(), out var client))
            {
                (address, port) = (Plain(client), 0);
            }
        }

        return (new IPEndPoint(address, port), secure);
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

using System.Net;
using System.Net.WebSockets;
using System.Text;
using Presence.Node.Composition;
using Presence.Node.Tests.Cli;

namespace Presence.Node.Tests.Web;

/// <summary>What a whole node gives to browsers and WebSocket clients, and what it refuses them.</summary>
public sealed class WebTests : IDisposable
{
    private const string Open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
    private const string Close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-web-");
    private readonly HttpClient _http = new(new HttpClientHandler
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    });

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task HostMetaNamesTheWebSocketToPagesOfAnyOrigin()
    {
        await using var node = await StartAsync();

        foreach (var name in (string[])["host-meta", "host-meta.json"])
        {
            using var answer = await _http.GetAsync($"https://localhost:{node.Ports.Web}/.well-known/{name}");
            Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("urn:xmpp:alt-connections:websocket", text, StringComparison.Ordinal);
            Assert.Contains($"wss://localhost:{node.Ports.Web}/xmpp-websocket", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("healthz")]
    [InlineData("metrics")]
    [InlineData("chat/../metrics")]
    public async Task HealthAndFiguresAreNotOnThePublicPort(string path)
    {
        await using var node = await StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"https://localhost:{node.Ports.Web}/{path}")).StatusCode);
    }

    [Fact]
    public async Task ChatPageSaysWhatIsMissingAndServesOnlyItsDirectory()
    {
        var dist = _folder.CreateSubdirectory("dist");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "secret.txt"), "secret");
        await using var node = await StartAsync($"--Web:ConversePath={dist.FullName}");
        var chat = $"https://localhost:{node.Ports.Web}/chat/";

        Assert.Contains("npm install", await (await _http.GetAsync(chat)).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(dist.FullName, "converse.min.js"), "// here");
        Assert.Contains("/chat/start.js", await _http.GetStringAsync(chat), StringComparison.Ordinal);
        Assert.Equal("// here", await _http.GetStringAsync(chat + "converse.min.js"));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(chat + "..%2fsecret.txt")).StatusCode);
    }

    [Theory]
    [InlineData("", "xmpp", "", 403)]
    [InlineData("--Web:TrustedProxies=127.0.0.1,::1", "xmpp", "http://evil.example", 403)]
    [InlineData("--Web:TrustedProxies=127.0.0.1,::1", "other", "", 400)]
    [InlineData("--Limits:MaxConnections=1 --Web:TrustedProxies=127.0.0.0/8,::1 --taken", "xmpp", "", 503)]
    public async Task WhatMayNotConnectIsRefusedWithAReason(string settings, string protocol, string origin, int status)
    {
        var arguments = settings.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var node = await StartAsync(["--Web:AllowedOrigins=https://chat.example.org", .. arguments.Where(a => a != "--taken")]);
        using var first = arguments.Contains("--taken") ? await ConnectAsync($"ws://127.0.0.1:{node.Ports.Http}") : null;
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        if (origin.Length > 0)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{node.Ports.Http}/xmpp-websocket"), Limit));
        Assert.Equal((HttpStatusCode)status, socket.HttpStatusCode);
    }

    [Fact]
    public async Task StreamOpensWithoutStartTlsAndCloses()
    {
        await using var node = await StartAsync();
        using var socket = await ConnectAsync($"wss://localhost:{node.Ports.Web}");

        await SayAsync(socket, Open);
        Assert.StartsWith("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'", await HearAsync(socket), StringComparison.Ordinal);
        var features = await HearAsync(socket);
        Assert.StartsWith("<stream:features xmlns:stream='http://etherx.jabber.org/streams'>", features, StringComparison.Ordinal);
        Assert.Contains("SCRAM-SHA-256", features, StringComparison.Ordinal);
        Assert.DoesNotContain("starttls", features, StringComparison.Ordinal);
        await SayAsync(socket, Close);
        Assert.Equal(Close, await HearAsync(socket));
        Assert.Null(await HearAsync(socket));
    }

    [Theory]
    [InlineData(WebSocketMessageType.Binary, Close, "bad-format")]
    [InlineData(WebSocketMessageType.Text, "hello", "bad-format")]
    [InlineData(WebSocketMessageType.Text, "", "bad-format")]
    [InlineData(WebSocketMessageType.Text, "<auth>", "not-well-formed")]
    [InlineData(WebSocketMessageType.Text, "<iq xmlns='jabber:client' type='get' id='1'/>", "not-authorized")]
    public async Task WrongMessageGetsAStreamErrorAndTheClose(WebSocketMessageType type, string message, string condition)
    {
        await using var node = await StartAsync();
        using var socket = await ConnectAsync($"wss://localhost:{node.Ports.Web}");
        await SayAsync(socket, Open);
        await HearAsync(socket);
        await HearAsync(socket);

        await SayAsync(socket, message, type);
        Assert.StartsWith($"<stream:error xmlns:stream='http://etherx.jabber.org/streams'><{condition} ", await HearAsync(socket), StringComparison.Ordinal);
        Assert.Equal(Close, await HearAsync(socket));
        Assert.Null(await HearAsync(socket));
    }

    [Fact]
    public async Task AnErrorInTheOpeningComesAfterOurOwn()
    {
        await using var node = await StartAsync();
        using var socket = await ConnectAsync($"wss://localhost:{node.Ports.Web}");

        await SayAsync(socket, Open.Replace("localhost", "elsewhere.example", StringComparison.Ordinal));
        Assert.StartsWith("<open ", await HearAsync(socket), StringComparison.Ordinal);
        Assert.Contains("<host-unknown ", await HearAsync(socket), StringComparison.Ordinal);
        Assert.Equal(Close, await HearAsync(socket));
    }

    [Fact]
    public async Task StoppingNodeTellsItsWebSocketClients()
    {
        var node = await StartAsync();
        using var socket = await ConnectAsync($"wss://localhost:{node.Ports.Web}");
        await SayAsync(socket, Open);
        await HearAsync(socket);
        await HearAsync(socket);

        var stop = node.DisposeAsync().AsTask();
        Assert.Contains("<system-shutdown ", await HearAsync(socket), StringComparison.Ordinal);
        Assert.Equal(Close, await HearAsync(socket));
        Assert.Null(await HearAsync(socket));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Limit);
        await stop;
    }

    private static async Task<ClientWebSocket> ConnectAsync(string server)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("xmpp");
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        await socket.ConnectAsync(new Uri(server + "/xmpp-websocket"), Limit);
        Assert.Equal("xmpp", socket.SubProtocol);
        return socket;
    }

    private static Task SayAsync(ClientWebSocket socket, string message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(message), type, endOfMessage: true, Limit);

    /// <summary>The next whole message; null when the server closed the WebSocket.</summary>
    private static async Task<string?> HearAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, Limit);
        Assert.True(result.EndOfMessage);
        return result.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private Task<NodeHost> StartAsync(params string[] arguments) => NodeInProcess.StartAsync(
        _folder, ["--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=off", "--Http:Port=0", "--Web:TlsPort=0", .. arguments]);
}

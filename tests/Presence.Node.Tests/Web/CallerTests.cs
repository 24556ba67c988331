using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using Presence.Node.Composition;
using Presence.Node.Tests.Cli;

namespace Presence.Node.Tests.Web;

/// <summary>Whom a WebSocket counts as: by its connection, by a trusted proxy's word, and never by its own. And what holds for the connection that carries it.</summary>
public sealed class CallerTests : IDisposable
{
    private const string Forwarded = "X-Forwarded-For";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-caller-");

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    [InlineData("192.0.2.1", "192.0.2.1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    [InlineData("2001:db8::1", "2001:db8::2", false)]
    [InlineData("192.0.2.1", "192.0.2.2, 192.0.2.1", false)]
    [InlineData("192.0.2.2, 192.0.2.1", "192.0.2.2, 192.0.2.3", true)]
    [InlineData("unknown", "also unknown", false)]
    public async Task TrustedProxyIsBelievedByTheLastAddressItNames(string first, string second, bool admitted)
    {
        await using var node = await StartAsync("--Web:TrustedProxies=127.0.0.1", "--Limits:ConnectionsPerAddress=1");
        using var one = await ConnectAsync($"ws://127.0.0.1:{node.Ports.Http}", (Forwarded, first));

        Assert.Equal(admitted ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.ServiceUnavailable, await TryAsync($"ws://127.0.0.1:{node.Ports.Http}", (Forwarded, second)));
    }

    [Fact]
    public async Task NobodyElseIsBelieved()
    {
        await using var node = await StartAsync("--Web:TrustedProxies=192.0.2.9", "--Limits:ConnectionsPerAddress=1");
        using var one = await ConnectAsync($"wss://127.0.0.1:{node.Ports.Web}", (Forwarded, "192.0.2.1"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await TryAsync($"wss://127.0.0.1:{node.Ports.Web}", (Forwarded, "192.0.2.2")));
        Assert.Equal(HttpStatusCode.Forbidden, await TryAsync($"ws://127.0.0.1:{node.Ports.Http}", (Forwarded, "192.0.2.2"), ("X-Forwarded-Proto", "https")));
    }

    [Theory]
    [InlineData("https", HttpStatusCode.SwitchingProtocols)]
    [InlineData("http", HttpStatusCode.Forbidden)]
    public async Task TrustedProxySaysWhetherItDidTls(string scheme, HttpStatusCode answer)
    {
        await using var node = await StartAsync("--Web:TrustedProxies=127.0.0.1");

        Assert.Equal(answer, await TryAsync($"ws://127.0.0.1:{node.Ports.Http}", ("X-Forwarded-Proto", scheme)));
    }

    [Fact]
    public async Task OnlyModernTlsIsSpokenOnTheWebPort()
    {
        await using var node = await StartAsync();

        Assert.Equal(SslProtocols.Tls13, await ShakeHandsAsync(node, SslProtocols.None));
        Assert.Equal(SslProtocols.Tls12, await ShakeHandsAsync(node, SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256));
        Assert.Null(await ShakeHandsAsync(node, SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256));
    }

    [Fact]
    public async Task Tls12CanBeRefusedThereToo()
    {
        await using var node = await StartAsync("--Tls:MinimumVersion=1.3");

        Assert.Null(await ShakeHandsAsync(node, SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256));
        Assert.Equal(SslProtocols.Tls13, await ShakeHandsAsync(node, SslProtocols.None));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task ClientThatVanishedIsNoticedAsSoonAsOnTheClientPorts()
    {
        const int Tcp = 6, UserTimeout = 18;
        await using var node = await StartAsync("--Limits:SendTimeout=77s");
        using var socket = await ConnectAsync($"wss://127.0.0.1:{node.Ports.Web}");

        var value = new byte[sizeof(int)];
        var timeouts = OwnSockets(node.Ports.Web).Select(own => own.GetRawSocketOption(Tcp, UserTimeout, value) == sizeof(int) ? BitConverter.ToInt32(value) : 0);
        Assert.Contains(77_000, timeouts);
    }

    // The server is in this process, so its end of the connection is among the files open here.
    private static IEnumerable<Socket> OwnSockets(int localPort)
    {
        foreach (var link in new DirectoryInfo("/proc/self/fd").GetFiles().Where(file => file.LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true))
        {
            var socket = new Socket(new SafeSocketHandle(int.Parse(link.Name, CultureInfo.InvariantCulture), ownsHandle: false));
            if (socket is { AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6, SocketType: SocketType.Stream, Connected: true }
                && ((IPEndPoint)socket.LocalEndPoint!).Port == localPort)
            {
                yield return socket;
            }
        }
    }

    private static async Task<SslProtocols?> ShakeHandsAsync(NodeHost node, SslProtocols version, params TlsCipherSuite[] suites)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, node.Ports.Web);
        using var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            CipherSuitesPolicy = suites.Length > 0 && OperatingSystem.IsLinux() ? new CipherSuitesPolicy(suites) : null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, Limit);
            return tls.SslProtocol;
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            return null;
        }
    }

    private static async Task<HttpStatusCode> TryAsync(string server, params (string Name, string Value)[] headers)
    {
        using var socket = Socket(headers);
        try
        {
            await socket.ConnectAsync(new Uri(server + "/xmpp-websocket"), Client(), Limit);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }

    private static async Task<ClientWebSocket> ConnectAsync(string server, params (string Name, string Value)[] headers)
    {
        var socket = Socket(headers);
        await socket.ConnectAsync(new Uri(server + "/xmpp-websocket"), Client(), Limit);
        return socket;
    }

    private static ClientWebSocket Socket((string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("xmpp");
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in headers)
        {
            socket.Options.SetRequestHeader(name, value);
        }

        return socket;
    }

    private static HttpMessageInvoker Client() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    });

    private Task<NodeHost> StartAsync(params string[] arguments) => NodeInProcess.StartAsync(
        _folder, ["--Xmpp:ClientPort=0", "--Xmpp:DirectTlsPort=off", "--Http:Port=0", "--Web:TlsPort=0", .. arguments]);
}

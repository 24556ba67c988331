using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Xml.Linq;
using Presence.Routing;

namespace Presence.Edge.Tests.Harness;

/// <summary>
/// A client of RFC 7395 whose WebSocket is past its HTTP handshake, on a TCP connection of its own. It reads whole messages and must never answer
/// anything by itself but WebSocket pings.
/// </summary>
internal sealed class WebClient : IAsyncDisposable
{
    public const string Open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>";
    public const string Close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";

    private readonly TcpClient _tcp;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private WebClient(TcpClient tcp, WebSocket socket) => (_tcp, Socket) = (tcp, socket);

    public WebSocket Socket { get; }

    /// <summary>The edge's id of this connection, once an input told it.</summary>
    public ConnectionId Id { get; private set; }

    public static async Task<WebClient> ConnectAsync(TestEdge edge)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var accepted = await listener.AcceptTcpClientAsync();
        var server = WebSocket.CreateFromStream(
            accepted.GetStream(), new WebSocketCreationOptions { IsServer = true, SubProtocol = "xmpp", KeepAliveInterval = TimeSpan.Zero });
        _ = edge.Server.ServeAsync((IPEndPoint)accepted.Client.RemoteEndPoint!, secure: true, () => Task.FromResult(server), () => accepted.Client.Close(0));
        return new WebClient(
            tcp, WebSocket.CreateFromStream(tcp.GetStream(), new WebSocketCreationOptions { SubProtocol = "xmpp", KeepAliveInterval = TimeSpan.Zero }));
    }

    /// <summary>A client that has read the features offered for log-in.</summary>
    public static async Task<WebClient> OpenAsync(TestEdge edge)
    {
        var client = await ConnectAsync(edge);
        await client.BeginAsync();
        return client;
    }

    /// <summary>A client that bound a resource; the owner's record of that is consumed.</summary>
    public static async Task<WebClient> BoundAsync(TestEdge edge)
    {
        var client = await OpenAsync(edge);
        var secret = Convert.ToBase64String("\0romeo\0wherefore"u8);
        await client.SayAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{secret}</auth>");
        Assert.StartsWith("<success ", await client.HearAsync(), StringComparison.Ordinal);
        await client.BeginAsync();
        await client.SayAsync("<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        Assert.Contains("<jid>", await client.HearAsync(), StringComparison.Ordinal);
        client.Id = (await edge.Owner.NextAsync<BindInput>()).Connection;
        return client;
    }

    public Task SayAsync(string text, bool end = true) =>
        Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, end, CancellationToken.None).WaitAsync(TestEdge.Patience);

    /// <summary>The next whole message; null when the server closed the WebSocket, in order or without a word.</summary>
    public async Task<string?> HearAsync()
    {
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                var result = await Socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(TestEdge.Patience);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                text.Write(_buffer, 0, result.Count);
                if (result.EndOfMessage)
                {
                    return Encoding.UTF8.GetString(text.ToArray());
                }
            }
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <summary>The condition of the stream error that must come next, followed by the stream's end and the WebSocket's.</summary>
    public async Task<string> HearStreamErrorAsync()
    {
        var error = XElement.Parse(await HearAsync() ?? "<nothing/>");
        Assert.Equal("error", error.Name.LocalName);
        Assert.Equal(Close, await HearAsync());
        Assert.Null(await HearAsync());
        return error.Elements().First().Name.LocalName;
    }

    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task BeginAsync()
    {
        await SayAsync(Open);
        Assert.StartsWith("<open ", await HearAsync(), StringComparison.Ordinal);
        Assert.StartsWith("<stream:features", await HearAsync(), StringComparison.Ordinal);
    }
}

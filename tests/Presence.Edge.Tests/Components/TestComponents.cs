using System.Net;
using Presence.Edge.Components;
using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;
using Presence.Protocol.Streams;

namespace Presence.Edge.Tests.Components;

/// <summary>The port for components on loopback, with a scripted owner and time that a test moves; push.example.org and gate.example.org may connect.</summary>
internal sealed class TestComponents : IAsyncDisposable
{
    public const string Push = "push.example.org";
    public const string Gate = "gate.example.org";
    public const string Secret = "open sesame";

    public TestComponents(Func<EdgeOptions, EdgeOptions>? change = null)
    {
        var options = new EdgeOptions { Domain = Jid.Parse("example.org") };
        Server = new ComponentServer(change?.Invoke(options) ?? options, new ComponentOptions { Port = 0 }, Table, Owner, Time, Logs);
        Server.Start();
    }

    public ComponentTable Table { get; } = new([new ComponentAccount(Jid.Parse(Push), Secret), new ComponentAccount(Jid.Parse(Gate), "another")]);

    public FakeOwner Owner { get; } = new();

    public ManualTime Time { get; } = new();

    public LogRecorder Logs { get; } = new();

    public ComponentServer Server { get; }

    public static string Header(string to, string ns = "jabber:component:accept") =>
        $"<?xml version='1.0'?><stream:stream to='{to}' xmlns='{ns}' xmlns:stream='http://etherx.jabber.org/streams'>";

    /// <summary>A connection that has sent its header and read the server's; the stream id.</summary>
    public async Task<(RawClient Client, string Id)> OpenAsync(string header)
    {
        var client = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Server.EndPoint.Port));
        await client.SendAsync(header);
        await client.ReadHeaderAsync();
        return (client, client.ServerHeader.Split("id='")[1].Split('\'')[0]);
    }

    /// <summary>A component that has proved itself.</summary>
    public async Task<RawClient> ConnectAsync(string domain = Push)
    {
        var (client, id) = await OpenAsync(Header(domain));
        await client.SendAsync($"<handshake>{ComponentHandshake.Digest(id, domain == Push ? Secret : "another")}</handshake>");
        Assert.Equal("handshake", (await client.ReadElementAsync()).Name.LocalName);
        return client;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A real haproxy in front: the node knows the clients behind it by their own addresses.</summary>
public sealed class ProxyPlays(ProxiedNode stage) : IClassFixture<ProxiedNode>
{
    private const string Header =
        "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Clients_log_in_both_ways_and_the_node_shows_the_addresses_they_really_have()
    {
        using var play = stage.Start("slixmpp/proxied.py", await stage.CastAsync());
        await play.WaitForAsync("got", Limit);
        var seen = new Dictionary<string, string?>();
        foreach (var login in play.Events.All("logged in"))
        {
            var session = Assert.Single((await stage.Node.Admin.SessionsAsync(login.Text("jid")!)).GetProperty("sessions").EnumerateArray());
            seen[login.Text("local")!] = session.Text("remote");
        }

        await play.TellAsync("go on");
        var events = await stage.EndAsync(play);
        Assert.Equal("through the proxy", events.One("got").Text("body"));
        Assert.Equal(2, seen.Count);
        Assert.All(seen, pair => Assert.Equal(pair.Key, pair.Value));

        // Its checks, several a second, are no reason to complain.
        Assert.False(stage.Node.Output.Contains("stands in Xmpp:ProxyProtocol"), stage.Node.Output.ToString());
    }

    [Fact]
    public async Task The_limit_by_address_counts_the_clients_address_and_not_the_proxys()
    {
        var crowd = new List<TcpClient>();
        try
        {
            for (var count = 0; count < ProxiedNode.PerAddress; count++)
            {
                Assert.NotEmpty(await ComeAsync(crowd, "127.0.0.5"));
            }

            Assert.Empty(await ComeAsync(crowd, "127.0.0.5"));
            Assert.NotEmpty(await ComeAsync(crowd, "127.0.0.6"));
            Assert.NotEmpty(await ComeAsync(crowd, "127.0.0.7"));
        }
        finally
        {
            crowd.ForEach(tcp => tcp.Dispose());
        }
    }

    /// <summary>What the node says to a stream header; nothing when it closed.</summary>
    private async Task<string> ComeAsync(List<TcpClient> crowd, string from)
    {
        var tcp = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        crowd.Add(tcp);
        await tcp.ConnectAsync(stage.Proxy.Client);
        await tcp.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Header));
        var buffer = new byte[4096];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await tcp.GetStream().ReadAsync(buffer).AsTask().WaitAsync(Limit));
        }
        catch (IOException)
        {
            return "";
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Presence.Edge.Listening;
using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Listening;

/// <summary>Where an edge can be reached.</summary>
public sealed class ListenerTests
{
    [Fact]
    public async Task Without_an_address_it_listens_on_both_families_and_tells_the_port_taken()
    {
        await using var edge = TestEdge.Start(o => o with { Listeners = [new ListenerOptions(ListenerKind.StartTls, 0)] });
        var port = Assert.Single(edge.Server.EndPoints).Port;
        Assert.NotEqual(0, port);
        await using var four = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await four.OpenStreamAsync();
        if (Socket.OSSupportsIPv6)
        {
            await using var six = await RawClient.ConnectAsync(new IPEndPoint(IPAddress.IPv6Loopback, port));
            await six.OpenStreamAsync();
        }
    }
}

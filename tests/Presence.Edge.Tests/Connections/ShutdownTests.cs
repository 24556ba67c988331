using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>How an edge leaves: what clients see of it, and that every owner hears.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_client_that_can_resume_loses_its_socket_and_not_its_stream()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(1, "<message/>"u8.ToArray(), default, default));
        var stopped = edge.Server.StopAsync(CancellationToken.None);

        // What waited is still sent; then the socket ends, with neither error nor stream end.
        Assert.Matches("^<message/>(<r xmlns='urn:xmpp:sm:3'/>)?$", await client.ReadToEndAsync());
        await client.DisposeAsync();
        await stopped;
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task Other_clients_are_told()
    {
        await using var edge = TestEdge.Start();
        await using var bound = await edge.BoundAsync();
        await using var stranger = await edge.PlainAsync();
        await using var silent = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await edge.UntilAsync(() => edge.Table.Count == 3);
        var stopped = edge.Server.StopAsync(CancellationToken.None);
        Assert.Equal("system-shutdown", await bound.ReadStreamErrorAsync());
        Assert.Equal("system-shutdown", await stranger.ReadStreamErrorAsync());
        Assert.Equal("", await silent.ReadToEndAsync());
        await bound.DisposeAsync();
        await stranger.DisposeAsync();
        await stopped;
        Assert.Equal(bound.Id, (await edge.Owner.NextAsync<DetachedInput>()).Connection);
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(() => RawClient.ConnectAsync(edge.StartTlsPort));
    }

    [Fact]
    public async Task A_client_that_does_not_leave_is_cut_after_the_linger_time()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        var stopped = edge.Server.StopAsync(CancellationToken.None);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.False(stopped.IsCompleted);
        await edge.PassAsync(edge.Options.LingerTimeout);
        await stopped.WaitAsync(TestEdge.Patience);
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task A_stop_out_of_time_waits_for_nobody()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Close();
        await client.SendAsync("<message/>");
        await edge.UntilAsync(() => !edge.Owner.Refused.IsEmpty);
        using var now = new CancellationTokenSource();
        var stopped = edge.Server.StopAsync(now.Token);
        Assert.False(stopped.IsCompleted);
        await now.CancelAsync();
        await stopped.WaitAsync(TestEdge.Patience);
        Assert.Equal(0, edge.Table.Count);
    }

    [Fact]
    public async Task A_port_that_is_taken_stops_the_start_and_frees_the_others()
    {
        await using var edge = TestEdge.Start();
        var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var options = edge.Options with
        {
            Listeners =
            [
                edge.Options.Listeners[0] with { Port = port },
                edge.Options.Listeners[1] with { Port = edge.StartTlsPort.Port },
            ],
        };
        await using var second = new EdgeServer(options, new Edge.Connections.ConnectionTable(), edge.Owner, edge.Accounts, edge.Time, edge.Logs);
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(second.Start);
        free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        free.Start();
        free.Stop();
    }
}

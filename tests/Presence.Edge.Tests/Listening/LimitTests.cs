using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Listening;

/// <summary>How many sockets may come, and that a place is given back.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(2, 100)]
    [InlineData(100, 2)]
    public async Task Sockets_over_the_limit_are_closed_at_once_and_a_freed_place_is_taken(int perAddress, int total)
    {
        await using var edge = TestEdge.Start(o => o with { MaxConnectionsPerAddress = perAddress, MaxConnections = total });
        await using var first = await edge.PlainAsync();
        await using var second = await edge.PlainAsync();
        await IsRefusedAsync(edge);

        await first.SendAsync("</stream:stream>");
        await first.ReadToEndAsync();
        await first.DisposeAsync();
        await edge.UntilAsync(() => edge.Table.Count == 1);
        await using var fourth = await edge.PlainAsync();
        Assert.NotNull(fourth.Features);
    }

    private static async Task IsRefusedAsync(TestEdge edge)
    {
        try
        {
            await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
            await client.SendAsync(RawClient.Header);
            Assert.Equal("", await client.ReadToEndAsync());
        }
        catch (Exception reset) when (reset is System.Net.Sockets.SocketException or IOException)
        {
            // The reset may arrive before the connect is done, or between it and the write.
        }
    }

    [Fact]
    public async Task Zero_means_no_limit_per_address()
    {
        await using var edge = TestEdge.Start(o => o with { MaxConnectionsPerAddress = 0 });
        await using var first = await edge.PlainAsync();
        await using var second = await edge.PlainAsync();
        Assert.Equal(2, edge.Table.Count);
    }
}

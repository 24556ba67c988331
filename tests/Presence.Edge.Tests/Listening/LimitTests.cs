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
    public async Task A_flood_of_refused_sockets_is_told_in_the_log_once_in_a_while_with_its_number()
    {
        await using var edge = TestEdge.Start(o => o with { MaxConnections = 1 });
        await using var only = await edge.PlainAsync();
        for (var count = 0; count < 5; count++)
        {
            await IsRefusedAsync(edge);
        }

        await edge.PassAsync(TimeSpan.FromSeconds(10));
        await IsRefusedAsync(edge);
        await edge.UntilAsync(() => Refusals(edge).Length == 2);
        Assert.Contains("(1 refused", Refusals(edge)[0], StringComparison.Ordinal);
        Assert.Contains("(5 refused", Refusals(edge)[1], StringComparison.Ordinal);
    }

    private static string[] Refusals(TestEdge edge) => [.. edge.Logs.Entries.Select(entry => entry.Text).Where(text => text.Contains(" refused since ", StringComparison.Ordinal))];

    [Fact]
    public async Task Zero_means_no_limit_per_address()
    {
        await using var edge = TestEdge.Start(o => o with { MaxConnectionsPerAddress = 0 });
        await using var first = await edge.PlainAsync();
        await using var second = await edge.PlainAsync();
        Assert.Equal(2, edge.Table.Count);
    }
}

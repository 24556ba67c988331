using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>What happens when one side cannot keep up: nothing is read ahead, nothing grows without bound, no report is lost.</summary>
public sealed class BackPressureTests
{
    private static readonly long Romeo = ShardKey.UserId("romeo@example.org");

    [Fact]
    public async Task No_second_stanza_is_taken_from_the_stream_before_the_owner_took_the_first()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Close();
        await client.SendAsync("<message id='1'/><message id='2'/><message id='3'/>");
        var first = await RefusedAsync<StanzaInput>(edge);
        Assert.Equal(1, first.Number);
        edge.Owner.Open();
        Assert.Same(first, await edge.Owner.NextAsync());
        Assert.Equal(2, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal(3, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.All(edge.Owner.Refused, refused => Assert.Same(first, refused));
    }

    [Fact]
    public async Task A_client_that_floods_an_owner_without_room_is_stopped_by_tcp()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Close();
        client.Socket.SendBufferSize = 64 * 1024;
        var stanza = $"<message><body>{new string('x', 100_000)}</body></message>";

        // Far more than all kernel buffers on the way hold: sent in full only if the edge read it.
        var flood = Task.Run(async () =>
        {
            for (var count = 0; count < 300; count++)
            {
                await client.SendAsync(stanza);
            }
        });
        await RefusedAsync<StanzaInput>(edge);
        Assert.False(flood.IsCompleted);
        edge.Owner.Open();
        for (var number = 1; number <= 300; number++)
        {
            Assert.Equal(number, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        }

        await flood;
    }

    [Fact]
    public async Task The_end_of_a_connection_waits_for_room_and_is_not_lost()
    {
        await using var edge = TestEdge.Start();
        var client = await edge.BoundAsync();
        edge.Owner.Close();
        client.Abort();
        await RefusedAsync<DetachedInput>(edge);
        edge.Owner.Open();
        Assert.Equal(new DetachedInput(Romeo, client.Id, Clean: false), await edge.Owner.NextAsync());
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_stanza_not_yet_taken_comes_before_the_end()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Close();
        await client.SendAsync("<message/></stream:stream>");
        await RefusedAsync<StanzaInput>(edge);
        edge.Owner.Open();
        await edge.Owner.NextAsync<StanzaInput>();
        Assert.Equal(new DetachedInput(Romeo, client.Id, Clean: true), await edge.Owner.NextAsync());
    }

    [Fact]
    public async Task The_number_written_waits_for_room_and_comes_before_the_end()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Close();
        edge.Owner.Send(client.Id, 1, "<message/>");
        Assert.Equal("message", (await client.ReadElementAsync()).Name.LocalName);
        await RefusedAsync<WrittenInput>(edge);
        edge.Owner.Send(client.Id, 2, "<message/>");
        Assert.Equal("message", (await client.ReadElementAsync()).Name.LocalName);
        await client.SendAsync("</stream:stream>");
        edge.Owner.Open();
        var written = 0L;
        var input = await edge.Owner.NextAsync();
        while (input is WrittenInput report)
        {
            Assert.True(report.Number > written);
            written = report.Number;
            input = await edge.Owner.NextAsync();
        }

        Assert.Equal(2, written);
        Assert.IsType<DetachedInput>(input);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_does_not_read_is_cut_when_its_buffer_is_full(bool managed)
    {
        await using var edge = TestEdge.Start(o => o with { MaxWriteBufferBytes = 100_000 });
        var client = managed ? await edge.ManagedAsync() : await edge.BoundAsync();
        var body = new byte[30_000];
        body.AsSpan().Fill((byte)' ');

        // Not flushed, so that the kernel takes nothing away: the fourth does not fit.
        for (var number = 1; number <= 4; number++)
        {
            edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(number, "<message>"u8.ToArray(), body, "</message>"u8.ToArray()));
        }

        Assert.Equal(new DetachedInput(Romeo, client.Id, Clean: false), await edge.Owner.NextAsync());
        edge.Owner.Deliver.Flush();
        await client.ReadToEndAsync();
        await client.DisposeAsync();
        await edge.DisposeAsync();
        Assert.True(edge.Owner.IsQuiet);
    }

    [Fact]
    public async Task A_large_delivery_within_the_bound_arrives_whole_and_in_order()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        for (var number = 1; number <= 30; number++)
        {
            edge.Owner.Send(client.Id, number, $"<message id='{number}'><body>{new string('y', 100_000)}</body></message>");
        }

        var expected = 1;
        while (expected <= 30)
        {
            var element = await client.ReadElementAsync();
            if (element.Name.LocalName == "message")
            {
                Assert.Equal(expected++.ToString(System.Globalization.CultureInfo.InvariantCulture), element.Attribute("id")!.Value);
                Assert.Equal(100_000, element.Value.Length);
            }
        }
    }

    private static async Task<T> RefusedAsync<T>(TestEdge edge)
        where T : EdgeInput
    {
        using var limit = new CancellationTokenSource(TestEdge.Patience);
        while (true)
        {
            if (edge.Owner.Refused.OfType<T>().FirstOrDefault() is { } refused)
            {
                return refused;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}

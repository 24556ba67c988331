using System.Net.WebSockets;
using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>The bounds that hold for every client, seen from a WebSocket (RFC 7395), where nothing but whole messages goes to and fro.</summary>
public sealed class WebSocketTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stanza_over_the_limit_ends_the_stream_even_if_its_message_never_ends(bool loggedIn)
    {
        await using var edge = TestEdge.Start(o => o with { LimitsAfterLogin = o.LimitsAfterLogin with { MaxStanzaBytes = 20_000 } });
        await using var client = loggedIn ? await WebClient.BoundAsync(edge) : await WebClient.OpenAsync(edge);
        var limit = (loggedIn ? edge.Options.LimitsAfterLogin : edge.Options.LimitsBeforeLogin).MaxStanzaBytes;
        await client.SayAsync("<message xmlns='jabber:client'><body>", end: false);
        for (var sent = 0; sent <= limit; sent += 1000)
        {
            await client.SayAsync(new string('x', 1000), end: false);
        }

        Assert.Equal("policy-violation", await client.HearStreamErrorAsync());
    }

    [Fact]
    public async Task A_stanza_within_the_limit_is_taken_however_its_message_is_cut()
    {
        await using var edge = TestEdge.Start();
        await using var client = await WebClient.BoundAsync(edge);
        await client.SayAsync("", end: false);
        foreach (var part in (string[])["<mess", "", "", "age xmlns='jabber:client' to='juliet@example.org'><body>wher", "", "efore</body></message>"])
        {
            await client.SayAsync(part, end: false);
        }

        await client.SayAsync("");
        Assert.Equal("<body>wherefore</body>", BodyOf(await edge.Owner.NextAsync<StanzaInput>()));
        await client.SayAsync("<message xmlns='jabber:client' to='juliet@example.org'><body>next</body></message>");
        Assert.Equal("<body>next</body>", BodyOf(await edge.Owner.NextAsync<StanzaInput>()));
    }

    [Fact]
    public async Task A_login_that_takes_too_long_ends_with_an_error_or_before_the_opening_with_nothing()
    {
        await using var edge = TestEdge.Start();
        await using var silent = await WebClient.ConnectAsync(edge);
        await using var slow = await WebClient.OpenAsync(edge);
        await edge.UntilAsync(() => edge.Table.Count == 2);
        await edge.PassAsync(edge.Options.LoginTimeout);
        Assert.Equal("connection-timeout", await slow.HearStreamErrorAsync());
        Assert.Null(await silent.HearAsync());
    }

    [Fact]
    public async Task A_bound_client_not_heard_of_for_the_idle_time_is_cut()
    {
        await using var edge = TestEdge.Start(o => o with { IdleTimeout = 10 * Minute, KeepAliveInterval = Minute });
        await using var client = await WebClient.BoundAsync(edge);
        await edge.PassAsync(9 * Minute);
        await client.SayAsync("<presence xmlns='jabber:client'/>");
        await edge.Owner.NextAsync<StanzaInput>();
        await edge.PassAsync(9 * Minute);
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(Minute);
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);

        // And no space was sent all the while: it would be a message of its own, which RFC 7395 §3.8 forbids.
        Assert.Null(await client.HearAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_when_its_buffer_is_full()
    {
        await using var edge = TestEdge.Start(o => o with { MaxWriteBufferBytes = 100_000 });
        await using var client = await WebClient.BoundAsync(edge);
        var body = new byte[30_000];
        body.AsSpan().Fill((byte)' ');

        // Not flushed, so that the kernel takes nothing away: the fourth does not fit.
        for (var number = 1; number <= 4; number++)
        {
            edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(number, "<message>"u8.ToArray(), body, "</message>"u8.ToArray()));
        }

        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
        Assert.Null(await client.HearAsync());
    }

    [Fact]
    public async Task A_socket_that_takes_nothing_is_cut()
    {
        await using var edge = TestEdge.Start(o => o with { MaxWriteBufferBytes = 64 * 1024 * 1024 });
        await using var client = await WebClient.BoundAsync(edge);
        var body = new byte[32 * 1024 * 1024];
        body.AsSpan().Fill((byte)' ');
        edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(1, "<message>"u8.ToArray(), body, "</message>"u8.ToArray()));
        edge.Owner.Deliver.Flush();
        await edge.UntilAsync(() => edge.IsSending);
        edge.Pass(edge.Options.SendTimeout);
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task A_client_that_does_not_close_after_an_error_is_cut()
    {
        await using var edge = TestEdge.Start();
        await using var client = await WebClient.BoundAsync(edge);
        await client.SayAsync("<message xmlns='jabber:client' from='juliet@example.org'/>");
        Assert.Equal("invalid-from", await client.HearStreamErrorAsync());
        await edge.Owner.NextAsync<DetachedInput>();
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(edge.Options.LingerTimeout);
        await edge.UntilAsync(() => edge.Table.Count == 0);
    }

    [Fact]
    public async Task A_client_that_floods_an_owner_without_room_is_stopped_by_tcp()
    {
        await using var edge = TestEdge.Start();
        await using var client = await WebClient.BoundAsync(edge);
        edge.Owner.Close();
        var stanza = $"<message xmlns='jabber:client'><body>{new string('x', 100_000)}</body></message>";
        var flood = Task.Run(async () =>
        {
            for (var count = 0; count < 200; count++)
            {
                await client.SayAsync(stanza);
            }
        });
        await edge.UntilAsync(() => !edge.Owner.Refused.IsEmpty);
        Assert.False(flood.IsCompleted);
        edge.Owner.Open();
        for (var number = 1; number <= 200; number++)
        {
            Assert.Equal(number, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        }

        await flood;
    }

    [Fact]
    public async Task Who_goes_without_a_word_is_gone()
    {
        await using var edge = TestEdge.Start();
        var client = await WebClient.BoundAsync(edge);
        await client.DisposeAsync();
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
        Assert.NotEqual(WebSocketState.Open, client.Socket.State);
    }

    private static string BodyOf(StanzaInput input)
    {
        var text = System.Text.Encoding.UTF8.GetString(input.Stanza.Bytes);
        return text[text.IndexOf("<body>", StringComparison.Ordinal)..text.IndexOf("</message>", StringComparison.Ordinal)];
    }
}

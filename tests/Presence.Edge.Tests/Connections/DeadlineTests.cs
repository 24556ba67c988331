using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>All that ends or wakes a connection by the clock, with time moved by hand.</summary>
public sealed class DeadlineTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_login_that_takes_too_long_ends_with_connection_timeout()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        await edge.PassAsync(edge.Options.LoginTimeout - edge.Options.SweepInterval);
        Assert.False(await client.LogInAsync("romeo", "wrong"));
        await edge.PassAsync(edge.Options.SweepInterval);
        Assert.Equal("connection-timeout", await client.ReadStreamErrorAsync());
    }

    [Fact]
    public async Task Logging_in_is_not_enough_without_bind()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        await edge.PassAsync(edge.Options.LoginTimeout);
        Assert.Equal("connection-timeout", await client.ReadStreamErrorAsync());
    }

    [Fact]
    public async Task Who_says_nothing_at_all_is_cut()
    {
        await using var edge = TestEdge.Start();
        await using var plain = await RawClient.ConnectAsync(edge.StartTlsPort);
        await using var direct = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await edge.UntilAsync(() => edge.Table.Count == 2);
        await edge.PassAsync(edge.Options.LoginTimeout);
        Assert.Equal("", await plain.ReadToEndAsync());
        Assert.Equal("", await direct.ReadToEndAsync());
    }

    [Fact]
    public async Task A_bound_client_may_be_silent_for_ever_if_not_configured_otherwise()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await edge.PassAsync(TimeSpan.FromHours(1));
        await client.SendAsync("<presence/>");
        await edge.Owner.NextAsync<StanzaInput>();
    }

    [Fact]
    public async Task A_bound_client_not_heard_of_for_the_idle_time_is_cut()
    {
        await using var edge = TestEdge.Start(o => o with { IdleTimeout = 10 * Minute });
        await using var client = await edge.BoundAsync();
        await edge.PassAsync(9 * Minute);
        await client.SendAsync(" <presence/>");
        await edge.Owner.NextAsync<StanzaInput>();
        await edge.PassAsync(9 * Minute);
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(Minute);
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task A_quiet_stream_is_kept_alive_by_a_space()
    {
        await using var edge = TestEdge.Start(o => o with { KeepAliveInterval = Minute, InactiveKeepAliveInterval = 5 * Minute });
        await using var client = await edge.BoundAsync();
        await edge.PassAsync(Minute);
        Assert.Equal(" ", await client.ReadRawAsync());

        // What the client sends itself counts as well: the next space is due a minute after that.
        await edge.PassAsync(Minute / 2);
        await client.SendAsync("<presence/>");
        await edge.Owner.NextAsync<StanzaInput>();
        await edge.PassAsync(Minute / 2);
        edge.Owner.Say(client.Id, new AckOutput(1));
        Assert.StartsWith("<a ", await client.ReadRawAsync());
    }

    [Fact]
    public async Task An_inactive_client_is_woken_less_often()
    {
        await using var edge = TestEdge.Start(o => o with { KeepAliveInterval = Minute, InactiveKeepAliveInterval = 5 * Minute });
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<inactive xmlns='urn:xmpp:csi:0'/>");
        await edge.Owner.NextAsync<ClientStateInput>();
        await edge.PassAsync(4 * Minute);
        edge.Owner.Say(client.Id, new AckOutput(0));
        Assert.StartsWith("<a ", await client.ReadRawAsync());
        await edge.UntilAsync(() => edge.LastSentIsNow);
        await edge.PassAsync(5 * Minute);
        Assert.Equal(" ", await client.ReadRawAsync());
    }

    [Fact]
    public async Task A_request_that_stays_unanswered_ends_the_connection_but_not_the_session()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Send(client.Id, 1, "<message/>");
        await client.ReadElementAsync();
        Assert.Equal("r", (await client.ReadElementAsync()).Name.LocalName);
        await edge.PassAsync(edge.Options.AckTimeout - Minute);

        // Any byte is a sign of life.
        await client.SendAsync("<presence/>");
        await edge.Owner.NextAsync<StanzaInput>();
        await edge.PassAsync(edge.Options.AckTimeout - Minute);
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(Minute);
        Assert.False((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task A_socket_that_takes_nothing_is_cut()
    {
        await using var edge = TestEdge.Start(o => o with { AckTimeout = TimeSpan.Zero, MaxWriteBufferBytes = 64 * 1024 * 1024 });
        await using var client = await edge.ManagedAsync();
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
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<message from='juliet@example.org'/>");
        Assert.Equal("error", (await client.ReadElementAsync()).Name.LocalName);
        await edge.Owner.NextAsync<DetachedInput>();
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(edge.Options.LingerTimeout);
        await edge.UntilAsync(() => edge.Table.Count == 0);
    }
}

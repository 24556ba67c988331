using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Presence.Edge.Tests.Harness;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>Connections that a trusted proxy brings with a PROXY protocol header, and those that must not have one.</summary>
public sealed class ProxiedTests
{
    private static readonly IPAddress Stranger = IPAddress.Parse("127.0.0.99");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_owner_hears_the_address_in_the_header_however_tls_begins(bool direct)
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(direct ? edge.DirectTlsPort : edge.StartTlsPort);
        await client.SendAsync(ProxyBytes.From("[2001:db8::7]:40123"));
        Assert.Equal("[2001:db8::7]:40123", await RemoteOfLoginAsync(edge, client, direct));
    }

    [Fact]
    public async Task A_header_may_come_byte_by_byte_with_fields_nobody_knows_and_the_stream_at_its_heels()
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        byte[] field = [0xE0, 0x02, 0x00, .. new byte[0x200]];
        foreach (var part in ProxyBytes.From("192.0.2.1:5", field).Chunk(1))
        {
            await client.SendAsync(part);
        }

        await client.OpenStreamAsync();
        await client.StartTlsAsync();
        Assert.Equal("192.0.2.1:5", await RemoteOfLoginAsync(edge, client, direct: false, begun: true));
    }

    [Fact]
    public async Task The_proxys_own_check_counts_as_the_proxys()
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.SendAsync(ProxyBytes.Header(ProxyBytes.Local, ProxyBytes.Unspecified, []));
        Assert.StartsWith("127.0.0.1:", await RemoteOfLoginAsync(edge, client, direct: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_header_a_trusted_proxy_is_refused_and_the_log_says_what_to_do()
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.SendAsync(RawClient.Header);
        Assert.Equal("", await client.ReadToEndAsync());
        await edge.UntilAsync(() => edge.Table.Count == 0);
        Assert.Contains(edge.Logs.Entries, e => e.Level == LogLevel.Warning && e.Text.Contains(
            "127.0.0.1 stands in Xmpp:ProxyProtocol, but what it sent first is no PROXY protocol header of version 2: it does not begin with the signature. "
            + "Let it send one (haproxy: send-proxy-v2) or take it off the list"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stranger_may_not_say_who_he_is_and_the_log_says_why(bool direct)
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(direct ? edge.DirectTlsPort : edge.StartTlsPort, Stranger);
        await client.SendAsync(ProxyBytes.From("192.0.2.1:5"));
        var answer = await client.ReadToEndAsync();
        Assert.True(direct || answer.Contains("<stream:error>", StringComparison.Ordinal), answer);
        Assert.Contains(edge.Logs.Entries, e => e.Text.Contains("127.0.0.99 sends a PROXY protocol header and does not stand in Xmpp:ProxyProtocol"));
    }

    [Fact]
    public async Task A_stranger_without_a_header_is_served_as_ever()
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort, Stranger);
        Assert.StartsWith("127.0.0.99:", await RemoteOfLoginAsync(edge, client, direct: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(20)]
    public async Task Who_does_not_finish_the_header_is_cut_when_the_time_for_logging_in_is_over(int sent)
    {
        await using var edge = Start();
        await using var client = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await client.SendAsync(ProxyBytes.From("192.0.2.1:5").AsMemory(0, sent));
        await edge.UntilAsync(() => edge.Table.Count == 1);
        await edge.PassAsync(edge.Options.LoginTimeout - edge.Options.SweepInterval);
        Assert.Equal(1, edge.Table.Count);
        await edge.PassAsync(edge.Options.SweepInterval);
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task The_limit_by_address_holds_for_clients_and_not_for_the_proxy()
    {
        await using var edge = Start(o => o with { MaxConnectionsPerAddress = 1 });
        await using var first = await ComeAsync(edge, "192.0.2.1:1");
        await using var other = await ComeAsync(edge, "192.0.2.2:1");
        await using (var second = await RawClient.ConnectAsync(edge.StartTlsPort))
        {
            await second.SendAsync(ProxyBytes.From("192.0.2.1:2"));
            Assert.Equal("", await second.ReadToEndAsync());
        }

        Assert.Contains(edge.Logs.Entries, e => e.Text.Contains("192.0.2.1 behind 127.0.0.1 refused"));
        await edge.UntilAsync(() => edge.Table.Count == 2);

        // Its place is free once the first has gone, and only then: who was refused had none to give back.
        first.Abort();
        await edge.UntilAsync(() => edge.Table.Count == 1);
        await using var third = await ComeAsync(edge, "192.0.2.1:3");
    }

    [Fact]
    public async Task The_limit_of_all_counts_who_has_not_said_who_he_is()
    {
        await using var edge = Start(o => o with { MaxConnections = 1 });
        await using var silent = await RawClient.ConnectAsync(edge.StartTlsPort);
        await edge.UntilAsync(() => edge.Table.Count == 1);
        try
        {
            await using var refused = await RawClient.ConnectAsync(edge.StartTlsPort);
            Assert.Equal("", await refused.ReadToEndAsync());
        }
        catch (SocketException)
        {
            // The reset may arrive before the connect is done.
        }

        Assert.Contains(edge.Logs.Entries, e => e.Text.Contains("Connection from 127.0.0.1 refused"));

        silent.Abort();
        await edge.UntilAsync(() => edge.Table.Count == 0);
        await using var next = await ComeAsync(edge, "192.0.2.1:1");
    }

    private static TestEdge Start(Func<EdgeOptions, EdgeOptions>? change = null) =>
        TestEdge.Start(o => (change ?? (same => same))(o with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] }));

    private static async Task<RawClient> ComeAsync(TestEdge edge, string source)
    {
        var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.SendAsync(ProxyBytes.From(source));
        await client.OpenStreamAsync();
        return client;
    }

    private static async Task<string> RemoteOfLoginAsync(TestEdge edge, RawClient client, bool direct, bool begun = false)
    {
        if (direct)
        {
            await client.SecureAsync();
        }
        else if (!begun)
        {
            await client.OpenStreamAsync();
            await client.StartTlsAsync();
        }

        await client.OpenStreamAsync();
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
        await client.OpenStreamAsync();
        await client.BindAsync();
        return (await edge.Owner.NextAsync<BindInput>()).Remote!;
    }
}

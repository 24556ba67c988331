using System.Security.Authentication;
using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>The switch to TLS, and that nothing from before it counts after it.</summary>
public sealed class StartTlsTests
{
    private const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

    [Theory]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHJvbWVvAHdoZXJlZm9yZQ==</auth>")]
    [InlineData(RawClient.Header + "<message><body>injected</body></message>")]
    [InlineData("</stream:stream>")]
    [InlineData("<not xml&")]
    public async Task What_is_sent_behind_starttls_in_the_clear_is_thrown_away(string injected)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.PlainAsync();

        // One write is one TCP segment here, so both are in the buffer that the edge reads.
        await client.SendAsync(StartTls + injected);
        Assert.Equal("proceed", (await client.ReadElementAsync()).Name.LocalName);
        await client.SecureAsync();
        await client.OpenStreamAsync();
        Assert.NotNull(client.Features.Element("{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms"));
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
        await client.OpenStreamAsync();
        Assert.Equal("romeo@example.org/balcony", (await client.BindAsync()).Value);
    }

    [Fact]
    public async Task A_second_starttls_fails_and_ends_the_stream()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        await client.SendAsync(StartTls);
        Assert.Equal("{urn:ietf:params:xml:ns:xmpp-tls}failure", (await client.ReadElementAsync()).Name.ToString());
        Assert.Equal("</stream:stream>", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Both_current_versions_of_tls_are_spoken(SslProtocols protocol)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.PlainAsync();
        await client.SendAsync(StartTls);
        await client.ReadElementAsync();
        await client.SecureAsync(protocol);
        Assert.Equal(protocol, client.Tls!.SslProtocol);
        await client.OpenStreamAsync();
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task A_failed_handshake_ends_the_connection_alone()
    {
        await using var edge = TestEdge.Start();
        await using var broken = await edge.PlainAsync();
        await broken.SendAsync(StartTls);
        await broken.ReadElementAsync();
        await broken.SendAsync("this is no ClientHello, whatever else it may be");
        await broken.ReadToEndAsync();
        await using var other = await edge.BoundAsync();
        Assert.Equal(1, edge.Table.Count);
    }
}

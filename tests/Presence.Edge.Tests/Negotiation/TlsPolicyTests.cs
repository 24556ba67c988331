using System.Security.Authentication;
using Presence.Edge.Listening;
using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>Which versions and suites of TLS are spoken (RFC 9325), asked byte by byte: a local TLS library has a policy of its own.</summary>
public sealed class TlsPolicyTests
{
    private const string HandshakeFailure = "alert 40", ProtocolVersion = "alert 70";

    [Theory]
    [InlineData(0xC02B, "ECDHE-ECDSA-AES128-GCM")]
    [InlineData(0xC02C, "ECDHE-ECDSA-AES256-GCM")]
    [InlineData(0xCCA9, "ECDHE-ECDSA-CHACHA20")]
    public async Task Suites_with_forward_secrecy_and_authenticated_encryption_are_taken(int suite, string name)
    {
        await using var edge = TestEdge.Start();
        Assert.True($"suite {suite:X4}" == await ClientHello.OfferAsync(edge.DirectTlsPort, ClientHello.Tls12, (ushort)suite), name);
    }

    [Theory]
    [InlineData(0xC023, "ECDHE-ECDSA-AES128-SHA256 (CBC)")]
    [InlineData(0xC024, "ECDHE-ECDSA-AES256-SHA384 (CBC)")]
    [InlineData(0xC009, "ECDHE-ECDSA-AES128-SHA (CBC)")]
    [InlineData(0xC027, "ECDHE-RSA-AES128-SHA256 (CBC)")]
    [InlineData(0x009C, "RSA-AES128-GCM (no forward secrecy)")]
    [InlineData(0x002F, "RSA-AES128-SHA")]
    [InlineData(0x000A, "RSA-3DES")]
    [InlineData(0x0005, "RSA-RC4")]
    [InlineData(0xC006, "ECDHE-ECDSA-NULL")]
    public async Task Others_are_refused(int suite, string name)
    {
        await using var edge = TestEdge.Start();
        Assert.True(HandshakeFailure == await ClientHello.OfferAsync(edge.DirectTlsPort, ClientHello.Tls12, (ushort)suite), name);
    }

    [Theory]
    [InlineData(ClientHello.Tls10)]
    [InlineData(ClientHello.Tls11)]
    public async Task Older_versions_are_refused(int version)
    {
        await using var edge = TestEdge.Start();
        Assert.Equal(ProtocolVersion, await ClientHello.OfferAsync(edge.DirectTlsPort, (ushort)version, 0xC009, 0xC02B, 0x002F));
    }

    [Fact]
    public async Task A_first_message_in_pieces_is_answered_all_the_same()
    {
        await using var edge = TestEdge.Start();
        Assert.Equal("suite C02B", await ClientHello.OfferAsync(edge.DirectTlsPort, ClientHello.Tls12, [0xC023, 0xC02B], pieces: true));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(44, false)]
    public void An_offer_of_1_3_is_seen_in_the_first_message_alone(int cut, bool seen)
    {
        byte[] hello = [22, 3, 1, 0, 55, 1, 0, 0, 51, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 9, 0, 43, 0, 5, 4, 3, 4, 3, 3];
        Assert.Equal(seen, OfferedVersions.IncludeTls13(hello.AsSpan(0, hello.Length - cut)));
        Assert.False(OfferedVersions.IncludeTls13("<?xml version='1.0'?><stream:stream to='example.org'>"u8));
    }

    [Fact]
    public async Task Who_offers_1_3_over_http_is_met_with_the_runtimes_own_suites_which_it_can_resume_with()
    {
        await using var edge = TestEdge.Start();
        byte[] hello = [22, 3, 1, 0, 55, 1, 0, 0, 51, 3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, 9, 0, 43, 0, 5, 4, 3, 4, 3, 3];
        var (modern, other) = (edge.Server.HttpTls(hello), edge.Server.HttpTls(hello.AsSpan(0, 40)));
        Assert.Equal((SslProtocols.Tls13, SslProtocols.Tls12 | SslProtocols.Tls13), (modern.EnabledSslProtocols, other.EnabledSslProtocols));
        if (OperatingSystem.IsLinux())
        {
            Assert.Null(modern.CipherSuitesPolicy);
            Assert.NotNull(other.CipherSuitesPolicy);
        }

        Assert.Equal("http/1.1", Assert.Single(modern.ApplicationProtocols!).ToString());
    }

    [Fact]
    public async Task With_1_3_as_the_minimum_1_2_is_refused_and_1_3_spoken()
    {
        await using var edge = TestEdge.Start(o => o with { MinimumTlsVersion = SslProtocols.Tls13 });
        Assert.Equal(ProtocolVersion, await ClientHello.OfferAsync(edge.DirectTlsPort, ClientHello.Tls12, 0xC02B));
        await using var client = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await client.SecureAsync();
        Assert.Equal(SslProtocols.Tls13, client.Tls!.SslProtocol);
        await client.OpenStreamAsync();
    }
}

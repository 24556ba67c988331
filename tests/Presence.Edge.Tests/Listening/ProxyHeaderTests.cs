using System.Text;
using Presence.Edge.Listening;
using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Listening;

/// <summary>What a header of the PROXY protocol says, and which are none.</summary>
public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("192.0.2.1:40000", "192.0.2.1:40000")]
    [InlineData("[2001:db8::1]:65535", "[2001:db8::1]:65535")]
    [InlineData("[::ffff:192.0.2.1]:1", "192.0.2.1:1")]
    public void Source_of_a_tcp_connection_is_the_client(string source, string client)
    {
        Assert.Equal(client, Read(ProxyBytes.From(source)));
        Assert.Equal(client, Read(ProxyBytes.From(source, 4, 0, 3, 9, 9, 9, 0x20, 0, 0)));
    }

    [Theory]
    [InlineData(ProxyBytes.Local, ProxyBytes.Unspecified, 0)]
    [InlineData(ProxyBytes.Local, ProxyBytes.Tcp4, 12)]
    [InlineData(ProxyBytes.Local, 0xFF, 3)]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Unspecified, 0)]
    [InlineData(ProxyBytes.Proxy, 0x10, 2)]
    [InlineData(ProxyBytes.Proxy, 0x12, 12)]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Unix, 216)]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Unspecified, ProxyHeader.MaxFollowingBytes)]
    public void Checks_of_the_proxy_and_families_without_tcp_leave_the_address_as_it_is(byte command, byte family, int following) =>
        Assert.Null(Read(ProxyBytes.Header(command, family, new byte[following])));

    [Theory]
    [InlineData(0x22, ProxyBytes.Tcp4, 12, "it has the unknown command 2")]
    [InlineData(0x11, ProxyBytes.Tcp4, 12, "it is of version 1")]
    [InlineData(0x31, ProxyBytes.Tcp4, 12, "it is of version 3")]
    [InlineData(ProxyBytes.Proxy, 0x41, 12, "it has the unknown family 41")]
    [InlineData(ProxyBytes.Proxy, 0x13, 12, "it has the unknown family 13")]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Tcp4, 11, "it is too short for IPv4 addresses")]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Tcp6, 35, "it is too short for IPv6 addresses")]
    [InlineData(ProxyBytes.Local, ProxyBytes.Unspecified, 4097, "it is 4097 bytes long, and 4096 are allowed")]
    [InlineData(ProxyBytes.Proxy, ProxyBytes.Tcp4, 65535, "it is 65535 bytes long, and 4096 are allowed")]
    public void Headers_that_cannot_be_used_say_why(byte command, byte family, int following, string fault) =>
        Assert.Equal(fault, Fault(ProxyBytes.Header(command, family, new byte[following])));

    [Fact]
    public void Other_beginnings_are_told_by_their_signature()
    {
        Assert.Equal("it is of version 1", Fault("PROXY TCP4 192.0.2.1 192.0.2.11 56324 443\r\n"u8.ToArray()));
        Assert.Equal("it does not begin with the signature", Fault(Encoding.UTF8.GetBytes(RawClient.Header)));
        var almost = ProxyBytes.From("192.0.2.1:1");
        almost[11]++;
        Assert.Equal("it does not begin with the signature", Fault(almost));
    }

    private static string? Fault(byte[] bytes)
    {
        Assert.False(ProxyHeader.TryRead(bytes.AsSpan(0, ProxyHeader.FixedBytes), out _, out var fault));
        return fault;
    }

    private static string? Read(byte[] bytes)
    {
        Assert.True(ProxyHeader.TryRead(bytes.AsSpan(0, ProxyHeader.FixedBytes), out var header, out _));
        Assert.Equal(bytes.Length, ProxyHeader.FixedBytes + header.FollowingBytes);
        return header.Client(bytes.AsSpan(ProxyHeader.FixedBytes))?.ToString();
    }
}

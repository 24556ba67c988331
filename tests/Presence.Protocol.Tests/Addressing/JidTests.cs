using System.Text;
using Presence.Protocol.Addressing;
using Xunit;

namespace Presence.Protocol.Tests.Addressing;

/// <summary>The shape of an address: splitting, equality, bounds. The Unicode rules have their own tables.</summary>
public sealed class JidTests
{
    [Theory]
    [InlineData("example.com", null, "example.com", null)]
    [InlineData("juliet@example.com", "juliet", "example.com", null)]
    [InlineData("juliet@example.com/foo", "juliet", "example.com", "foo")]
    [InlineData("juliet@example.com/foo bar", "juliet", "example.com", "foo bar")]
    [InlineData("juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar")]
    [InlineData("example.com/a/b@c", null, "example.com", "a/b@c")]
    [InlineData("a.example.com/b@example.net", null, "a.example.com", "b@example.net")]
    [InlineData("JULIET@Example.COM./Foo", "juliet", "example.com", "Foo")]
    [InlineData("u@127.0.0.1", "u", "127.0.0.1", null)]
    [InlineData("u@[2001:DB8:0::1]/r", "u", "[2001:db8::1]", "r")]
    public void Splits_an_address(string text, string? local, string domain, string? resource)
    {
        var jid = Jid.Parse(text);
        Assert.Equal(local, jid.Local);
        Assert.Equal(domain, jid.Domain);
        Assert.Equal(resource, jid.Resource);
        Assert.Equal(resource is null, jid.IsBare);
        Assert.True(Jid.TryParse(Encoding.UTF8.GetBytes(text), out var fromBytes));
        Assert.Equal(jid, fromBytes);
        Assert.Equal(jid.GetHashCode(), fromBytes.GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@example.com")]
    [InlineData("juliet@")]
    [InlineData("juliet@/foo")]
    [InlineData("/foobar")]
    [InlineData("juliet@example.com/")]
    [InlineData("@example.com/")]
    [InlineData("a@b@example.com")]
    [InlineData("foo bar@example.com")]
    [InlineData("\"juliet\"@example.com")]
    [InlineData("a'b@example.com")]
    [InlineData("a&b@example.com")]
    [InlineData("a<b@example.com")]
    [InlineData("a:b@example.com")]
    [InlineData("a\u0000b@example.com")]
    [InlineData("a\uFFFE@example.com")] // the runtime cannot even normalise it
    [InlineData("a@b\uFFFE.example")]
    [InlineData("a@example.com/\uFFFE")]
    [InlineData("juliet@exa mple.com")]
    [InlineData("juliet@example..com")]
    [InlineData("juliet@.example.com")]
    [InlineData("juliet@.")]
    [InlineData("juliet@-example.com")]
    [InlineData("juliet@example-.com")]
    [InlineData("juliet@ab--c.com")]
    [InlineData("juliet@exa_mple.com")]
    [InlineData("juliet@example.com:5222")]
    [InlineData("juliet@[::1")]
    [InlineData("juliet@[]")]
    [InlineData("juliet@[")]
    [InlineData("juliet@[127.0.0.1]")]
    [InlineData("juliet@[fe80::1%eth0]")]
    [InlineData("juliet@[::1]:5222")]
    [InlineData("juliet@example.com/a\u0007")]
    public void Refuses_what_is_no_address(string? text)
    {
        Assert.False(Jid.TryParse(text, out var jid));
        Assert.Null(jid);
    }

    [Fact]
    public void Parts_may_have_1023_bytes_and_no_more()
    {
        var longest = new string('a', 1023);
        Assert.Equal(longest, Jid.Parse($"{longest}@example.com/{longest}").Local);
        Assert.False(Jid.TryParse($"{longest}a@example.com", out _));
        Assert.False(Jid.TryParse($"a@example.com/{longest}a", out _));
        Assert.False(Jid.TryParse(new byte[200_000], out _));
        Assert.True(Jid.TryParse(new string('a', 63) + ".example", out _));
        Assert.False(Jid.TryParse(new string('a', 64) + ".example", out _));
    }

    [Fact]
    public void Bare_address_is_the_same_instance_when_there_is_no_resource()
    {
        var full = Jid.Parse("juliet@example.com/balcony");
        Assert.Equal("juliet@example.com", full.Bare.ToString());
        Assert.Equal(Jid.Parse("juliet@example.com"), full.Bare);
        Assert.Same(full.Bare, full.Bare.Bare);
        Assert.NotEqual(full, full.Bare);
    }

    [Fact]
    public void Replaces_the_resource()
    {
        var full = Jid.Parse("juliet@example.com/balcony").WithResource("Chamber");
        Assert.Equal("juliet@example.com/Chamber", full.ToString());
        Assert.Equal(Jid.Parse("juliet@example.com/Chamber"), full);
        Assert.Throws<FormatException>(() => full.WithResource(string.Empty));
        Assert.Equal("example.com/x", Jid.Parse("example.com").WithResource("x").ToString());
    }

    [Fact]
    public void Malformed_utf8_is_no_address()
    {
        Assert.False(Jid.TryParse([(byte)'a', (byte)'@', (byte)'b', (byte)'/', 0xFF], out _));
        Assert.False(Jid.TryParse([(byte)'a', (byte)'@', (byte)'b', (byte)'/', 0xED, 0xA0, 0x80], out _));
    }

    [Fact]
    public void Plain_text_is_kept_without_a_copy()
    {
        var text = "juliet@example.com/balcony";
        Assert.Same(text, Jid.Parse(text).ToString());
    }
}

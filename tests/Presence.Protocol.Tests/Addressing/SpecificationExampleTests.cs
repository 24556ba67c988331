using System.Globalization;
using Presence.Protocol.Addressing;
using Xunit;

namespace Presence.Protocol.Tests.Addressing;

/// <summary>Every example that RFC 7622, RFC 8265 and RFC 8266 give in a table, by its number there, and the categories of RFC 8264 §9.</summary>
public sealed class SpecificationExampleTests
{
    // RFC 7622 §3.5, table 1.
    [Theory]
    [InlineData(1, "juliet@example.com", "juliet", "example.com", null)]
    [InlineData(2, "juliet@example.com/foo", "juliet", "example.com", "foo")]
    [InlineData(3, "juliet@example.com/foo bar", "juliet", "example.com", "foo bar")]
    [InlineData(4, "juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar")]
    [InlineData(5, "foo\\20bar@example.com", "foo\\20bar", "example.com", null)]
    [InlineData(6, "fussball@example.com", "fussball", "example.com", null)]
    [InlineData(7, "fu\u00DFball@example.com", "fu\u00DFball", "example.com", null)]
    [InlineData(8, "\u03C0@example.com", "\u03C0", "example.com", null)]
    [InlineData(9, "\u03A3@example.com/foo", "\u03C3", "example.com", "foo")]
    [InlineData(10, "\u03C3@example.com/foo", "\u03C3", "example.com", "foo")]
    [InlineData(11, "\u03C2@example.com/foo", "\u03C2", "example.com", "foo")]
    [InlineData(12, "king@example.com/\u265A", "king", "example.com", "\u265A")]
    [InlineData(13, "example.com", null, "example.com", null)]
    [InlineData(14, "example.com/foobar", null, "example.com", "foobar")]
    [InlineData(15, "a.example.com/b@example.net", null, "a.example.com", "b@example.net")]
    public void An_address(int number, string text, string? local, string domain, string? resource)
    {
        Assert.True(Jid.TryParse(text, out var jid), $"example {number}");
        Assert.Equal((local, domain, resource), (jid.Local, jid.Domain, jid.Resource));
    }

    // RFC 7622 §3.5, table 2.
    [Theory]
    [InlineData(16, "\"juliet\"@example.com")]
    [InlineData(17, "foo bar@example.com")]
    [InlineData(19, "@example.com/")]
    [InlineData(20, "henry\u2163@example.com")]
    [InlineData(21, "\u265A@example.com")]
    [InlineData(22, "juliet@")]
    [InlineData(23, "/foobar")]
    public void No_address(int number, string text) => Assert.False(Jid.TryParse(text, out _), $"example {number}");

    /// <summary>Erratum 4560 takes it from table 2: OpaqueString allows a space anywhere.</summary>
    [Fact]
    public void Example_18_of_the_addresses_is_one() => Assert.Equal(" foo", Jid.Parse("juliet@example.com/ foo").Resource);

    /// <summary>What §3.5 says of some pairs of them.</summary>
    [Theory]
    [InlineData("fussball@example.com", "fu\u00DFball@example.com", false)]
    [InlineData("\u03A3@example.com/foo", "\u03C3@example.com/foo", true)]
    [InlineData("\u03C3@example.com/foo", "\u03C2@example.com/foo", false)]
    public void Addresses_are_the_same_or_not(string one, string other, bool same) =>
        Assert.Equal(same, Jid.Parse(one).Equals(Jid.Parse(other)));

    // RFC 8265 §3.6, table 1: UsernameCaseMapped. The at-sign is the profile's to allow and the localpart's to refuse (RFC 7622 §3.3.1).
    [Theory]
    [InlineData(1, "juliet@example.com", "juliet@example.com")]
    [InlineData(2, "fussball", "fussball")]
    [InlineData(3, "fu\u00DFball", "fu\u00DFball")]
    [InlineData(4, "\u03C0", "\u03C0")]
    [InlineData(5, "\u03A3", "\u03C3")]
    [InlineData(6, "\u03C3", "\u03C3")]
    [InlineData(7, "\u03C2", "\u03C2")]
    public void A_username(int number, string text, string prepared)
    {
        Assert.True(UsernameProfile.TryEnforce(text, out var username), $"example {number}");
        Assert.Equal(prepared, username);
        Assert.Equal(!text.Contains('@', StringComparison.Ordinal), Jid.TryPrepareLocal(text, out _));
    }

    // RFC 8265 §3.6, table 2.
    [Theory]
    [InlineData(8, "foo bar")]
    [InlineData(9, "")]
    [InlineData(10, "henry\u2163")]
    [InlineData(11, "\u265A")]
    public void No_username(int number, string text) => Assert.False(UsernameProfile.TryEnforce(text, out _), $"example {number}");

    // RFC 8265 §4.3, table 3: OpaqueString.
    [Theory]
    [InlineData(12, "correct horse battery staple", "correct horse battery staple")]
    [InlineData(13, "Correct Horse Battery Staple", "Correct Horse Battery Staple")]
    [InlineData(14, "\u03C0\u00DF\u00E5", "\u03C0\u00DF\u00E5")]
    [InlineData(15, "Jack of \u2666s", "Jack of \u2666s")]
    [InlineData(16, "foo\u1680bar", "foo bar")]
    public void A_password(int number, string text, string prepared)
    {
        Assert.True(OpaqueStringProfile.TryEnforce(text, out var password), $"example {number}");
        Assert.Equal(prepared, password);
    }

    // RFC 8265 §4.3, table 4.
    [Theory]
    [InlineData(17, "")]
    [InlineData(18, "my cat is a \u0009by")]
    public void No_password(int number, string text) => Assert.False(OpaqueStringProfile.TryEnforce(text, out _), $"example {number}");

    // RFC 8266 §3: what is shown, and what is compared by (table 1 and its right column).
    [Theory]
    [InlineData(1, "Foo", "Foo", "foo")]
    [InlineData(2, "foo", "foo", "foo")]
    [InlineData(3, "Foo Bar", "Foo Bar", "foo bar")]
    [InlineData(4, "foo bar", "foo bar", "foo bar")]
    [InlineData(5, "\u03A3", "\u03A3", "\u03C3")]
    [InlineData(6, "\u03C3", "\u03C3", "\u03C3")]
    [InlineData(7, "\u03C2", "\u03C2", "\u03C2")]
    [InlineData(8, "\u265A", "\u265A", "\u265A")]
    [InlineData(9, "Richard \u2163", "Richard IV", "richard iv")]
    public void A_nickname(int number, string text, string shown, string key)
    {
        Assert.True(Nickname.TryEnforce(text, out var nickname), $"example {number}");
        Assert.True(Nickname.TryCompare(text, out var compared), $"example {number}");
        Assert.Equal((shown, key), (nickname, compared));
    }

    // RFC 8266 §2.1: the mapping of spaces, and of an accent that normalisation turns into a space and a mark.
    [Theory]
    [InlineData("  Swan \u00A0\u3000 of   Avon ", "Swan of Avon")]
    [InlineData("\u1680x\u1680", "x")]
    [InlineData("a\u00B4b", "a \u0301b")]
    [InlineData("\uFF21\uFF22", "AB")]
    public void Spaces_in_a_nickname_are_single_and_inside(string text, string shown)
    {
        Assert.True(Nickname.TryEnforce(text, out var nickname));
        Assert.Equal(shown, nickname);
        Assert.True(Nickname.TryEnforce(nickname, out var again));
        Assert.Equal(nickname, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \u3000")]
    [InlineData("a\u0007")]
    [InlineData("a\u200Bb")]
    [InlineData("\u0378")]
    public void No_nickname(string text)
    {
        Assert.False(Nickname.TryEnforce(text, out _));
        Assert.False(Nickname.TryCompare(text, out _));
    }

    /// <summary>RFC 8264 §9: code points of every category, alone or where their context allows them, in IdentifierClass and FreeformClass (§4.2, §4.3).</summary>
    [Theory]
    [InlineData("9.1 LetterDigits", "a A \u00E9 \u5B57 \u0915\u0903 \u0301 \u096A \u02C0", true, true)]
    [InlineData("9.6 Exceptions, valid", "\u00DF \u03C2 \u06FD \u06FE \u0F0B \u3007", true, true)]
    [InlineData("9.6 Exceptions, in their context", "l\u00B7l \u0375\u03B1 \u05D0\u05F3 \u05D0\u05F4 \u30A2\u30FB \u0661 \u06F1", true, true)]
    [InlineData("9.6 Exceptions, out of it", "a\u00B7l a\u0375 a\u05F3 a\u30FB \u0661\u06F1", false, false)]
    [InlineData("9.6 Exceptions, disallowed", "\u0640 \u07FA \u302E \u302F \u3031 \u3035 \u303B", false, false)]
    [InlineData("9.8 JoinControl, in its context", "\u0915\u094D\u200D\u0937 \u0628\u200C\u0628", true, true)]
    [InlineData("9.8 JoinControl, out of it", "a\u200D a\u200C", false, false)]
    [InlineData("9.9 OldHangulJamo", "\u1100 \u1161 \u11A8 \uA960 \uD7B0", false, false)]
    [InlineData("9.10 Unassigned", "\u0378 \uFFFF", false, false)]
    [InlineData("9.11 ASCII7", "! ~ @ < 0", true, true)]
    [InlineData("9.12 Controls", "\u0000 \u0009 \u007F \u0085", false, false)]
    [InlineData("9.13 PrecisIgnorableProperties", "\u00AD \u034F \u200B \uFEFF \uFE0F", false, false)]
    [InlineData("9.14 Spaces", "\u00A0 \u1680 \u2003 \u3000", false, true)]
    [InlineData("9.15 Symbols", "\u265A \u2666 \u00A9 \u20AC \uD83D\uDE00", false, true)]
    [InlineData("9.16 Punctuation", "\u00BF \u2019 \u3001 \u201C", false, true)]
    [InlineData("9.17 HasCompat", "\u2163 \uFB01 \u00AA \uFF21 \u212B", false, true)]
    [InlineData("9.18 OtherLetterDigits", "\u01C5 \u2160 \u0488 \u2180", false, true)]
    public void A_category_of_code_points(string category, string texts, bool identifier, bool freeform)
    {
        foreach (var text in texts.Split(' '))
        {
            Assert.True(UnicodeSupport.TryDecode(text, out var codePoints), category);
            var seen = (PrecisClass.IsIdentifier(text, codePoints), PrecisClass.IsFreeform(text, codePoints));
            Assert.True((identifier, freeform) == seen, $"{category}: {string.Join(' ', codePoints.ToArray().Select(c => c.ToString("X4", CultureInfo.InvariantCulture)))} {seen}");
        }
    }

    /// <summary>RFC 8264 §12.5: Cherokee letters that look like STPETER are letters like others, and another name.</summary>
    [Fact]
    public void Letters_that_look_alike_stay_apart()
    {
        Assert.True(Jid.TryPrepareLocal("\u13DA\u13A2\u13B5\u13AC\u13A2\u13AC\u13D2", out var cherokee));
        Assert.NotEqual("stpeter", cherokee);
    }
}

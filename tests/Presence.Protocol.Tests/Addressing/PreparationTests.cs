using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Presence.Protocol.Addressing;
using Xunit;

namespace Presence.Protocol.Tests.Addressing;

/// <summary>The Unicode rules, by the examples of RFC 5892 and RFC 5893 and by what must always hold; those of the PRECIS documents have their own file.</summary>
public sealed class PreparationTests
{
    [Fact]
    public void This_process_can_normalise() => Assert.True(UnicodeSupport.CanNormalize);

    [Theory]
    [InlineData("\uFF2A\uFF35\uFF2C\uFF29\uFF25\uFF34", "juliet")] // fullwidth capitals
    [InlineData("e\u0301", "\u00E9")] // composition
    [InlineData("\u0130", "i\u0307")] // the capital that becomes two
    [InlineData("\u03A3\u03A3", "\u03C3\u03C3")] // no word-final sigma
    [InlineData("\U00010400", "\U00010428")] // capitals outside the basic plane
    [InlineData("\uFF76\uFF9E", "\u30AC")] // halfwidth ka with voicing mark
    [InlineData("\u05D0\u05D1\u05D2", "\u05D0\u05D1\u05D2")]
    [InlineData("\u05D0\u05B8", "\u05D0\u05B8")] // a mark after the last letter
    [InlineData("\u05D0\u0661", "\u05D0\u0661")]
    [InlineData("l\u00B7l", "l\u00B7l")]
    [InlineData("\u30FB\u30A2", "\u30FB\u30A2")]
    [InlineData("\u0915\u094D\u200D\u0937", "\u0915\u094D\u200D\u0937")] // joiner after a virama
    [InlineData("\u0628\u200C\u0628", null)] // non-joiner between joining letters
    public void Prepares_localparts(string text, string? prepared)
    {
        Assert.True(Jid.TryPrepareLocal(text, out var local));
        Assert.Equal(prepared ?? text, local);
    }

    [Theory]
    [InlineData("\uFF20")] // becomes an at-sign
    [InlineData("a\u00A0b")]
    [InlineData("a b")]
    [InlineData("\u00AA")]
    [InlineData("\u212B")] // refused before it could compose to a letter
    [InlineData("\u1100\u1161")] // conjoining jamo
    [InlineData("a\u00AD")]
    [InlineData("a\u200D")]
    [InlineData("a\u200Cb")]
    [InlineData("a\u00B7l")]
    [InlineData("\u0375a")]
    [InlineData("a\u05F3")]
    [InlineData("a\u30FB")]
    [InlineData("\u0627\u0661\u06F1")] // two kinds of Arabic digits
    [InlineData("\u05D0a")] // both directions
    [InlineData("a\u05D0")]
    [InlineData("1\u05D0")] // a digit first
    [InlineData("\u05D0!")] // a neutral last
    [InlineData("\u0661")]
    [InlineData("\u05D01\u0661")] // Arabic and European digits
    [InlineData("\u0640\u0628")]
    [InlineData("\uE000")]
    [InlineData("\u0378")] // unassigned
    [InlineData("\uFFFF")]
    public void Refuses_localparts(string text) => Assert.False(Jid.TryPrepareLocal(text, out _));

    // What OpaqueString keeps, changes and refuses.
    [Theory]
    [InlineData("foo\u3000bar", "foo bar")]
    [InlineData("Cafe\u0301", "Caf\u00E9")]
    [InlineData("\uFF21", "\uFF21")]
    [InlineData("\U0001F4F1", "\U0001F4F1")]
    [InlineData(" ", " ")]
    public void Prepares_opaque_strings(string text, string prepared)
    {
        Assert.True(Jid.TryPrepareResource(text, out var resource));
        Assert.Equal(prepared, resource);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u0085")]
    [InlineData("a\u200Bb")]
    [InlineData("\uFEFFa")]
    public void Refuses_opaque_strings(string text) => Assert.False(Jid.TryPrepareResource(text, out _));

    // Not inline data: attributes are stored as UTF-8, which has no lone surrogates.
    [Fact]
    public void Refuses_half_a_character()
    {
        foreach (var text in new[] { "\uD83D", "a\uDC00", "xn--\uD800-a", "\uDE00\uD83D" })
        {
            Assert.False(Jid.TryPrepareLocal(text, out _));
            Assert.False(Jid.TryPrepareResource(text, out _));
            Assert.False(Jid.TryPrepareDomain(text, out _));
        }
    }

    [Theory]
    [InlineData("b\u00FCcher.example", "b\u00FCcher.example", "xn--bcher-kva.example")]
    [InlineData("B\u00DCCHER.example", "b\u00FCcher.example", "xn--bcher-kva.example")]
    [InlineData("XN--BCHER-KVA.Example", "b\u00FCcher.example", "xn--bcher-kva.example")]
    [InlineData("fa\u00DF.example", "fa\u00DF.example", "xn--fa-hia.example")]
    [InlineData("\uFF25xample\u3002com", "example.com", "example.com")]
    [InlineData("\u4F8B\u3048.\u30C6\u30B9\u30C8", "\u4F8B\u3048.\u30C6\u30B9\u30C8", "xn--r8jz45g.xn--zckzah")]
    [InlineData("xn--mgbh0fb.xn--kgbechtv", "\u0645\u062B\u0627\u0644.\u0625\u062E\u062A\u0628\u0627\u0631", "xn--mgbh0fb.xn--kgbechtv")]
    [InlineData("xn--hxajbheg2az3al.xn--jxalpdlp", "\u03C0\u03B1\u03C1\u03AC\u03B4\u03B5\u03B9\u03B3\u03BC\u03B1.\u03B4\u03BF\u03BA\u03B9\u03BC\u03AE", "xn--hxajbheg2az3al.xn--jxalpdlp")]
    public void Prepares_domains(string text, string prepared, string ascii)
    {
        Assert.True(Jid.TryPrepareDomain(text, out var domain));
        Assert.Equal(prepared, domain);
        Assert.Equal(ascii, Jid.ToAsciiDomain(domain));
    }

    [Theory]
    [InlineData("xn--.example")]
    [InlineData("xn--a.example")] // stands for no U-label
    [InlineData("xn--abc-.example")] // would be plain ASCII
    [InlineData("xn--bcher-kv\u00E4.example")]
    [InlineData("xn--99999999.example")]
    [InlineData("xn--zca\u0301.example")]
    [InlineData("xn--g6h.example")] // a heart
    [InlineData("\u0301a.example")] // a mark first
    [InlineData("a\u2019b.example")]
    [InlineData("\u05D0.1a.example")] // a digit first in a name with a right-to-left label
    [InlineData("a_\u00FC.example")]
    [InlineData("-\u00FC.example")]
    [InlineData("\u00FC\u00FC--a.example")]
    [InlineData("\u1F80.example")] // folds to two letters
    [InlineData("\u2024com")]
    public void Refuses_domains(string text) => Assert.False(Jid.TryPrepareDomain(text, out _));

    [Fact]
    public void A_label_is_measured_in_its_ascii_form()
    {
        Assert.True(Jid.TryPrepareDomain(new string('\u00FC', 56), out _));
        Assert.False(Jid.TryPrepareDomain(new string('\u00FC', 60), out _));
    }

    [Fact]
    public void Preparation_is_idempotent_and_never_throws() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(4000).WithReplay(1, 1),
        Prop.ForAll(AnyText().ToArbitrary(), text =>
            (!Jid.TryPrepareLocal(text, out var l) || (Jid.TryPrepareLocal(l, out var l2) && l2 == l && Jid.Parse($"{l}@x").Local == l))
            && (!Jid.TryPrepareResource(text, out var r) || (Jid.TryPrepareResource(r, out var r2) && r2 == r))
            && (!Jid.TryPrepareDomain(text, out var d) || (Jid.TryPrepareDomain(d, out var d2) && d2 == d && ComesBack(d)))
            && (!Jid.TryParse(text, out var j) || Jid.Parse(j.ToString()) == j)));

    [Fact]
    public void Any_bytes_are_an_address_or_are_not() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(2, 3),
        Prop.ForAll<byte[]>(bytes => !Jid.TryParse(bytes, out var jid) || Jid.Parse(Encoding.UTF8.GetString(bytes)) == jid));

    private static bool ComesBack(string domain) =>
        Jid.TryPrepareDomain(Jid.ToAsciiDomain(domain), out var back) && back == domain;

    // Letters that mean something to one of the rules, rather than code points at large, which are nearly all refused.
    private static Gen<string> AnyText() => Gen.ArrayOf(Gen.Elements(
        "a", "B", "1", "-", ".", "@", "/", " ", "xn--", "\u00FC", "\u00DF", "\u0130", "\u0301", "\u03A3", "\u05D0", "\u0628", "\u0661",
        "\u06F1", "\u200C", "\u200D", "\u094D", "\u0915", "\uFF21", "\uFF0E", "\uFF9E", "\u30AB", "\u30FB", "\u00B7", "l", "\u4F8B",
        "\u13A0", "\uAB70", "\u1E9E", "\u212A", "\u01C5", "\U00010400", "\uD800", "\u3000", "\u1100", "\u1161", "\u0323", "\u1F88"))
        .Select(string.Concat);
}

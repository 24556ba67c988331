using System.Text;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Xml;

public class Utf8XmlBuilderTests
{
    [Fact]
    public void Elements_nest_and_close_themselves_when_empty()
    {
        using var builder = new Utf8XmlBuilder(1);
        builder.Open("iq").Attr("type", "get").Attr("id", null).Open("query", "urn:q").Attr("n", -42)
            .Empty("a").Open("b"u8).Text("x").Close().Empty("c", "urn:c").Open("d"u8, "urn:d"u8).Attr("e"u8, "f"u8).Text("").Text((string?)null);
        Assert.Equal(
            "<iq type='get'><query xmlns='urn:q' n='-42'><a/><b>x</b><c xmlns='urn:c'/><d xmlns='urn:d' e='f'/></query></iq>",
            Encoding.UTF8.GetString(builder.CloseAll().ToArray()));
        builder.Clear();
        Assert.Equal(0, builder.Length);
        Assert.Equal("<a>raw<b/></a>", Encoding.UTF8.GetString(builder.Open("a").Raw("raw<b/>"u8).Close().WrittenSpan));
    }

    [Theory]
    [InlineData("<>&'\"", "&lt;&gt;&amp;'\"", "&lt;>&amp;&apos;&quot;")]
    [InlineData("\r\n\t", "&#13;\n\t", "&#13;&#10;&#9;")]
    [InlineData("\0\u0001\u001F\uFFFE\uFFFF", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("ü日🎈\uFFFD\uF000\u0085", "ü日🎈\uFFFD\uF000\u0085", "ü日🎈\uFFFD\uF000\u0085")]
    public void Text_and_values_are_escaped(string input, string text, string value)
    {
        Assert.Equal($"<a b='{value}'>{text}</a>", Write(builder => builder.Open("a").Attr("b", input).Text(input)));
        var utf8 = Encoding.UTF8.GetBytes(input);
        Assert.Equal($"<a b='{value}'>{text}</a>", Write(builder => builder.Open("a"u8).Attr("b"u8, utf8).Text(utf8)));
    }

    [Fact]
    public void Bad_utf8_and_lone_surrogates_become_replacement_characters()
    {
        Assert.Equal("<a>x\uFFFDy</a>", Write(builder => builder.Open("a").Text([(byte)'x', 0xFF, (byte)'y'])));
        Assert.Equal("<a>\uFFFD</a>", Write(builder => builder.Open("a").Text([0xEF])));
        Assert.Equal("<a>\uFFFDx\uFFFD</a>", Write(builder => builder.Open("a").Text("\uD800x\uDC00")));
    }

    [Fact]
    public void What_was_written_reads_back()
    {
        var text = string.Concat(Enumerable.Range(0, 0x3000).Where(c => c is 9 or 10 or 13 or >= 32).Select(c => (char)c)) + "🎈";
        var element = XmlElement.Parse(Encoding.UTF8.GetBytes(Write(builder => builder.Open("a").Attr("b", text).Text(text))));
        Assert.Equal(text, element.Attr("b"));
        Assert.Equal(text, element.Text);
    }

    [Fact]
    public void Misuse_is_an_error()
    {
        using var builder = new Utf8XmlBuilder();
        Assert.Throws<InvalidOperationException>(() => builder.Close());
        Assert.Throws<InvalidOperationException>(() => builder.Attr("a", "b"));
        builder.Open("a").Text("x");
        Assert.Throws<InvalidOperationException>(() => builder.Attr("a", 1));
    }

    private static string Write(Func<Utf8XmlBuilder, Utf8XmlBuilder> write)
    {
        using var builder = new Utf8XmlBuilder(1);
        return Encoding.UTF8.GetString(write(builder).CloseAll().WrittenSpan);
    }
}

using System.Text;
using Presence.Protocol.Streams;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

/// <summary>One row per thing that RFC 6120 or XML forbids, with the stream error it earns.</summary>
public class StreamFaultTests
{
    public static TheoryData<StreamErrorCondition, string> InContent => new()
    {
        { StreamErrorCondition.RestrictedXml, "<message><!-- c --></message>" },
        { StreamErrorCondition.RestrictedXml, "<!-- c -->" },
        { StreamErrorCondition.RestrictedXml, "<message><?pi x?></message>" },
        { StreamErrorCondition.RestrictedXml, "<?xml version='1.0'?>" },
        { StreamErrorCondition.RestrictedXml, "<!DOCTYPE x>" },
        { StreamErrorCondition.RestrictedXml, "<message><!DOCTYPE x></message>" },
        { StreamErrorCondition.RestrictedXml, "<message>&foo;</message>" },
        { StreamErrorCondition.RestrictedXml, "<message a='&foo;'/>" },
        { StreamErrorCondition.RestrictedXml, "<message>&AMP;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>& </message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#x;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#X41;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#0;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#8;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#xD800;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#xFFFE;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#x110000;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>&#99999999999999;</message>" },
        { StreamErrorCondition.NotWellFormed, "<message a='&#0;'/>" },
        { StreamErrorCondition.NotWellFormed, "<message a='&amp'/>" },
        { StreamErrorCondition.NotWellFormed, "<message>\u0001</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>\0</message>" },
        { StreamErrorCondition.NotWellFormed, "<message>\uFFFE</message>" },
        { StreamErrorCondition.NotWellFormed, "<message a='\u001F'/>" },
        { StreamErrorCondition.NotWellFormed, "<message><![CDATA[\u0001]]></message>" },
        { StreamErrorCondition.NotWellFormed, "<message>]]></message>" },
        { StreamErrorCondition.NotWellFormed, "<message><![CDATb[]]></message>" },
        { StreamErrorCondition.NotWellFormed, "<message><![cdata[]]></message>" },
        { StreamErrorCondition.NotWellFormed, "<message><!x></message>" },
        { StreamErrorCondition.NotWellFormed, "<![CDATA[x]]>" },
        { StreamErrorCondition.NotWellFormed, "<message></presence>" },
        { StreamErrorCondition.NotWellFormed, "<message><body></message>" },
        { StreamErrorCondition.NotWellFormed, "<message></ message>" },
        { StreamErrorCondition.NotWellFormed, "<message></message x>" },
        { StreamErrorCondition.NotWellFormed, "<message><x</message>" },
        { StreamErrorCondition.NotWellFormed, "</stream:streams>" },
        { StreamErrorCondition.NotWellFormed, "</message>" },
        { StreamErrorCondition.NotWellFormed, "< message/>" },
        { StreamErrorCondition.NotWellFormed, "<1a/>" },
        { StreamErrorCondition.NotWellFormed, "<-a/>" },
        { StreamErrorCondition.NotWellFormed, "<a b/>" },
        { StreamErrorCondition.NotWellFormed, "<a b=c/>" },
        { StreamErrorCondition.NotWellFormed, "<a b='1'c='2'/>" },
        { StreamErrorCondition.NotWellFormed, "<a b='<'/>" },
        { StreamErrorCondition.NotWellFormed, "<a / >" },
        { StreamErrorCondition.NotWellFormed, "<a 'b'/>" },
        { StreamErrorCondition.NotWellFormed, "<a b='1' b='2'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns='u' xmlns='v'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:p='u&amp;' xmlns:q='u&#38;' p:b='1' q:b='2'/>" },
        { StreamErrorCondition.NotWellFormed, "<p:a/>" },
        { StreamErrorCondition.NotWellFormed, "<a p:b='1'/>" },
        { StreamErrorCondition.NotWellFormed, "<a><b xmlns:p='u'/><p:c/></a>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:p=''/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:xmlns='u'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:xml='u'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>" },
        { StreamErrorCondition.NotWellFormed, "<a xmlns='http://www.w3.org/2000/xmlns/'/>" },
        { StreamErrorCondition.NotWellFormed, "<xmlns:a/>" },
        { StreamErrorCondition.NotWellFormed, "<a:b:c xmlns:a='u'/>" },
        { StreamErrorCondition.NotWellFormed, "<:a/>" },
        { StreamErrorCondition.NotWellFormed, "<a:/>" },
        { StreamErrorCondition.BadFormat, "hello" },
        { StreamErrorCondition.BadFormat, "ü" },
        { StreamErrorCondition.BadFormat, "&#32;" },
        { StreamErrorCondition.NotWellFormed, "\0" },
    };

    public static TheoryData<StreamErrorCondition, string> InProlog => new()
    {
        { StreamErrorCondition.RestrictedXml, "<!DOCTYPE stream>" },
        { StreamErrorCondition.RestrictedXml, "<!-- c -->" },
        { StreamErrorCondition.RestrictedXml, "<?pi?>" },
        { StreamErrorCondition.RestrictedXml, "<?xml-stylesheet href='x'?>" },
        { StreamErrorCondition.RestrictedXml, "<?xml version='1.0'?><?xml version='1.0'?>" },
        { StreamErrorCondition.NotWellFormed, "<?xml ?>" },
        { StreamErrorCondition.NotWellFormed, "<?xml version='1.1'?>" },
        { StreamErrorCondition.NotWellFormed, "<?xml encoding='UTF-8'?>" },
        { StreamErrorCondition.NotWellFormed, "<?xml version='1.0' standalone='maybe'?>" },
        { StreamErrorCondition.NotWellFormed, "<?xml version='1.0' foo='1'?>" },
        { StreamErrorCondition.UnsupportedEncoding, "<?xml version='1.0' encoding='ISO-8859-1'?>" },
        { StreamErrorCondition.UnsupportedEncoding, "<?xml version='1.0' encoding='UTF-16'?>" },
        { StreamErrorCondition.NotWellFormed, "\uFEFF<?xml version='1.0'?>" },
        { StreamErrorCondition.NotWellFormed, "GET / HTTP/1.1" },
        { StreamErrorCondition.InvalidNamespace, "<stream xmlns='jabber:client'>" },
        { StreamErrorCondition.InvalidNamespace, "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/stream'>" },
        { StreamErrorCondition.InvalidNamespace, "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>" },
        { StreamErrorCondition.BadNamespacePrefix, "<stream:stream xmlns='jabber:client'>" },
        { StreamErrorCondition.BadFormat, "<stream:features xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>" },
    };

    public static TheoryData<StreamErrorCondition, byte[]> BadBytes => new()
    {
        { StreamErrorCondition.UnsupportedEncoding, [0x80] },
        { StreamErrorCondition.UnsupportedEncoding, [0xC0, 0xAF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xC1, 0xBF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xE0, 0x80, 0xAF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xF0, 0x80, 0x80, 0xAF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xED, 0xA0, 0x80] },
        { StreamErrorCondition.UnsupportedEncoding, [0xED, 0xBF, 0xBF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xF4, 0x90, 0x80, 0x80] },
        { StreamErrorCondition.UnsupportedEncoding, [0xF5, 0x80, 0x80, 0x80] },
        { StreamErrorCondition.UnsupportedEncoding, [0xFE] },
        { StreamErrorCondition.UnsupportedEncoding, [0xFF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xC3] },
        { StreamErrorCondition.UnsupportedEncoding, [0xE2, 0x82] },
        { StreamErrorCondition.UnsupportedEncoding, [0xF0, 0x9F, 0x8E] },
        { StreamErrorCondition.UnsupportedEncoding, [0xC3, 0x28] },
        { StreamErrorCondition.NotWellFormed, [0xEF, 0xBF, 0xBE, 0xFF] },
        { StreamErrorCondition.UnsupportedEncoding, [0xFF, 0xEF, 0xBF, 0xBE] },
    };

    [Theory]
    [MemberData(nameof(InContent))]
    public void Forbidden_between_or_in_stanzas(StreamErrorCondition error, string xml) =>
        Fails(error, Encoding.UTF8.GetBytes(StreamTranscript.Header), Encoding.UTF8.GetBytes(xml));

    [Theory]
    [MemberData(nameof(InProlog))]
    public void Forbidden_as_the_beginning_of_a_stream(StreamErrorCondition error, string xml) => Fails(error, [], Encoding.UTF8.GetBytes(xml));

    [Theory]
    [MemberData(nameof(BadBytes))]
    public void Bad_utf8_is_refused_in_text_values_and_sections(StreamErrorCondition error, byte[] bytes)
    {
        var header = Encoding.UTF8.GetBytes(StreamTranscript.Header);
        Fails(error, header, [.. "<a>xü"u8, .. bytes, .. "</a>"u8]);
        Fails(error, header, [.. "<a b='x"u8, .. bytes, .. "y'/>"u8]);
        Fails(error, header, [.. "<a><![CDATA["u8, .. bytes, .. "]]></a>"u8]);
    }

    [Theory]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, 0x3C })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x3C, 0 })]
    [InlineData(new byte[] { 0, 0x3C, 0, 0x3F })]
    [InlineData(new byte[] { 0x3C, 0, 0x3F, 0 })]
    public void Utf16_is_not_understood(byte[] start) => Fails(StreamErrorCondition.UnsupportedEncoding, [], start);

    [Theory]
    [InlineData("<a>{0}</a>", "<b>", "</b>", 63, true)]
    [InlineData("<a>{0}</a>", "<b>", "</b>", 64, false)]
    public void Depth_is_limited(string outer, string open, string close, int times, bool fits)
    {
        var nested = string.Concat(Enumerable.Repeat(open, times)) + string.Concat(Enumerable.Repeat(close, times));
        Judge(fits, string.Format(System.Globalization.CultureInfo.InvariantCulture, outer, nested));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Attributes_are_limited(int count, bool fits) =>
        Judge(fits, "<a" + string.Concat(Enumerable.Range(0, count).Select(i => $" a{i}=''")) + "/>");

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void Names_are_limited(int length, bool fits)
    {
        Judge(fits, "<" + new string('a', length) + "/>");
        Judge(fits, "<a " + new string('a', length) + "=''/>");
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Namespace_declarations_are_limited(int count, bool fits)
    {
        var declarations = Enumerable.Range(0, count).Select(i => $" xmlns:a{i}='u'").Chunk(60).Select(some => "<a" + string.Concat(some) + ">").ToList();
        Judge(fits, string.Concat(declarations) + string.Concat(Enumerable.Repeat("</a>", declarations.Count)));
        Judge(true, "<x>" + string.Concat(Enumerable.Repeat("<a xmlns:b='u'><a xmlns:c='u'/></a>", 60)) + "</x>");
    }

    private static void Judge(bool fits, string xml) => Assert.StartsWith(
        fits ? "element " : "failed PolicyViolation", StreamTranscript.Of(StreamTranscript.Header + xml)[1], StringComparison.Ordinal);

    /// <summary>The verdict must be the same whole, byte by byte, and with every single cut.</summary>
    private static void Fails(StreamErrorCondition error, byte[] header, byte[] bad)
    {
        byte[] input = [.. header, .. bad];
        var whole = StreamTranscript.Of(input);
        Assert.StartsWith($"failed {error}:", whole[^1], StringComparison.Ordinal);
        Assert.Equal(whole, StreamTranscript.Of(input.Chunk(1)));
        for (var cut = header.Length; cut < input.Length; cut++)
        {
            Assert.Equal(whole, StreamTranscript.Of(input, cut));
        }
    }
}

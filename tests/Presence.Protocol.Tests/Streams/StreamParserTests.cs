using System.Buffers;
using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

public class StreamParserTests
{
    private const string Sample =
        "<?xml version='1.0' encoding='UTF-8'?>\n<stream:stream to='exämple.org' version='1.0' xml:lang=\"de\" xmlns='jabber:client' "
        + "xmlns:stream='http://etherx.jabber.org/streams' xmlns:o='urn:outer'>\r\n"
        + "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth> \n "
        + "<message to='juliet@example.org/b' id='1' type='chat'><body>a &amp; ü 🎈 &#x1F388; ]] ]></body>"
        + "<html xmlns='http://jabber.org/protocol/xhtml-im'><![CDATA[ <x> ]] ]]></html></message>"
        + "<presence/>\n<iq type='get' id='x'><o:query a=\"'>'\"/><p:q xmlns:p='urn:p' p:a='1' a='2'/></iq>"
        + "<r xmlns='urn:xmpp:sm:3'/></stream:stream >";

    [Fact]
    public void A_stream_becomes_its_events()
    {
        var lines = StreamTranscript.Of(Encoding.UTF8.GetBytes(Sample));
        Assert.Equal(
            [
                "open to=exämple.org version=1.0 lang=de ns=jabber:client",
                "element <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
                "element <message to='juliet@example.org/b' id='1' type='chat'><body>a &amp; ü 🎈 &#x1F388; ]] ]></body>"
                    + "<html xmlns='http://jabber.org/protocol/xhtml-im'><![CDATA[ <x> ]] ]]></html></message>",
                "element <presence/>",
                "element <iq type='get' id='x'><query xmlns='urn:outer' a='&apos;>&apos;'/><q xmlns='urn:p' xmlns:ns1='urn:p' ns1:a='1' a='2'/></iq>",
                "element <r xmlns='urn:xmpp:sm:3'/>",
                "closed",
            ],
            lines);
    }

    [Fact]
    public void Any_single_cut_gives_the_same_events()
    {
        var input = Encoding.UTF8.GetBytes(Sample);
        var whole = StreamTranscript.Of(input);
        for (var cut = 0; cut <= input.Length; cut++)
        {
            Assert.Equal(whole, StreamTranscript.Of(input, cut));
        }
    }

    [Fact]
    public void Any_piece_size_gives_the_same_events_as_spans_and_as_one_sequence()
    {
        var input = Encoding.UTF8.GetBytes(Sample);
        var whole = StreamTranscript.Of(input);
        for (var size = 1; size <= 70; size++)
        {
            var chunks = input.Chunk(size).ToList();
            Assert.Equal(whole, StreamTranscript.Of(chunks));
            Assert.Equal(whole, StreamTranscript.Of(Segment.Join(chunks)));
        }
    }

    [Fact]
    public void Whitespace_between_elements_counts_as_keep_alive()
    {
        using var parser = new StreamParser(XmlLimits.BeforeLogin);
        Feed(parser, StreamTranscript.Header + " ");
        Assert.Equal(1, parser.KeepAliveBytes);
        Feed(parser, "\n");
        Assert.Equal(2, parser.KeepAliveBytes);
        Feed(parser, "<presence> </presence>");
        Assert.Equal(2, parser.KeepAliveBytes);
    }

    [Fact]
    public void What_follows_an_event_stays_with_the_caller()
    {
        using var parser = new StreamParser(XmlLimits.BeforeLogin);
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(StreamTranscript.Header + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>garbage");
        Assert.True(parser.TryRead(ref input, out _));
        Assert.True(parser.TryRead(ref input, out var element));
        Assert.Equal("starttls", element.Stanza!.Name);
        Assert.Equal("garbage", Encoding.UTF8.GetString(input));
    }

    [Fact]
    public void After_a_restart_a_new_header_is_expected()
    {
        using var parser = new StreamParser(XmlLimits.BeforeLogin);
        Assert.Equal(2, Feed(parser, StreamTranscript.Header + "<presence/>").Count);
        parser.Restart();
        Assert.Equal(["open to=example.org version=1.0 lang= ns=jabber:client"], Feed(parser, "\n" + StreamTranscript.Header));
        parser.Restart();
        Assert.StartsWith("failed InvalidNamespace", Feed(parser, "<presence/>").Single(), StringComparison.Ordinal);
        parser.Restart();
        Assert.Single(Feed(parser, StreamTranscript.Header));
    }

    [Fact]
    public void Limits_set_after_an_event_hold_for_what_follows()
    {
        var big = "<message><body>" + new string('x', 20_000) + "</body></message>";
        using var parser = new StreamParser(XmlLimits.BeforeLogin);
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(StreamTranscript.Header + big + "<presence/>");
        Assert.True(parser.TryRead(ref input, out _));
        parser.Limits = XmlLimits.AfterLogin;
        Assert.True(parser.TryRead(ref input, out var element));
        Assert.Equal(big.Length, element.Stanza!.Bytes.Length);
        parser.Limits = XmlLimits.BeforeLogin;
        Assert.True(parser.TryRead(ref input, out element));
        Assert.Equal(StanzaKind.Presence, element.Stanza!.Kind);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(10_001, false)]
    public void The_size_limit_is_exact_however_the_input_is_cut(int size, bool fits)
    {
        var stanza = "<message><body>" + new string('x', size - "<message><body></body></message>".Length) + "</body></message>";
        var input = Encoding.UTF8.GetBytes(StreamTranscript.Header + stanza + "<presence/>");
        var expected = StreamTranscript.Of(input);
        Assert.Equal(fits ? "element <presence/>" : "failed PolicyViolation: stanza too big", expected[^1]);
        Assert.Equal(expected, StreamTranscript.Of(input.Chunk(1)));
        Assert.Equal(expected, StreamTranscript.Of(input.Chunk(999)));
        Assert.Equal(expected, StreamTranscript.Of(input, input.Length - "<presence/>".Length));
    }

    [Fact]
    public void Streams_of_one_thread_can_take_turns_inside_an_element()
    {
        var pieces = new[] { StreamTranscript.Header + "<message>", "<body>x</body>", "</message>" };
        using var first = new StreamParser(XmlLimits.BeforeLogin);
        using var second = new StreamParser(XmlLimits.BeforeLogin);
        foreach (var piece in pieces)
        {
            Assert.Equal(Feed(first, piece), Feed(second, piece));
        }

        Assert.Equal(["element <presence/>"], Feed(second, "<presence/>"));
        Assert.Equal(["element <presence/>"], Feed(first, "<presence/>"));
    }

    [Fact]
    public void Nothing_comes_after_a_failure_or_the_end()
    {
        Assert.Equal(2, StreamTranscript.Of(StreamTranscript.Header + "<a><!-- --></a><presence/>").Count);
        Assert.Equal(["closed"], StreamTranscript.Of(StreamTranscript.Header + "</stream:stream><presence/>").Skip(1));
    }

    [Fact]
    public void A_header_that_closes_itself_opens_and_closes()
    {
        var header = StreamTranscript.Header.Replace("streams'>", "streams'/>", StringComparison.Ordinal);
        Assert.Equal(["open to=example.org version=1.0 lang= ns=jabber:client", "closed"], StreamTranscript.Of(header));
    }

    [Theory]
    [InlineData("<a:stream xmlns:a='http://etherx.jabber.org/streams' xmlns='jabber:client'>", "<message/>", "<message/>")]
    [InlineData("<stream xmlns='http://etherx.jabber.org/streams' xmlns:c='jabber:client'>", "<c:message><c:body/></c:message>", "<message><body/></message>")]
    [InlineData("<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns:c='jabber:client'>", "<c:message><x/></c:message>", "<message><x xmlns=''/></message>")]
    [InlineData("<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:client'>", "<s:error/>", "<error xmlns='http://etherx.jabber.org/streams'/>")]
    [InlineData("<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:client' xmlns:p='urn:p'>", "<iq p:a='&lt;'/>", "<iq xmlns:ns1='urn:p' ns1:a='&lt;'/>")]
    [InlineData("<s:stream xmlns:s='http://etherx.jabber.org/streams' xmlns='jabber:client' xmlns:p='urn:p'>", "<iq xmlns:p='urn:q'><p:a/></iq>", "<iq xmlns:p='urn:q'><p:a/></iq>")]
    public void Elements_stand_alone_whatever_the_header_declares(string header, string sent, string kept)
    {
        Assert.Equal("element " + kept, StreamTranscript.Of(header + sent)[1]);
    }

    [Fact]
    public void Rewriting_cannot_blow_an_element_up_beyond_the_limit()
    {
        var header = StreamTranscript.Header.Replace(" xmlns='", " xmlns:p='" + new string('u', 500) + "' xmlns='", StringComparison.Ordinal);
        var stanza = "<message>" + string.Concat(Enumerable.Repeat("<p:a/><b/>", 100)) + "</message>";
        Assert.Equal("failed PolicyViolation: stanza too big", StreamTranscript.Of(header + stanza)[1]);
    }

    private static List<string> Feed(StreamParser parser, string text)
    {
        ReadOnlySpan<byte> input = Encoding.UTF8.GetBytes(text);
        var lines = new List<string>();
        while (parser.TryRead(ref input, out var one))
        {
            lines.Add(StreamTranscript.Line(one));
        }

        return lines;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private Segment(byte[] data, long index)
        {
            Memory = data;
            RunningIndex = index;
        }

        public static ReadOnlySequence<byte> Join(IReadOnlyList<byte[]> chunks)
        {
            var first = new Segment(chunks[0], 0);
            var last = first;
            foreach (var chunk in chunks.Skip(1))
            {
                var next = new Segment(chunk, last.RunningIndex + last.Memory.Length);
                last.Next = next;
                last = next;
            }

            return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
        }
    }
}

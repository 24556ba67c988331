using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Tests.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Xml;

/// <summary>What the hot path may allocate: the bytes that are kept and a small head, nothing per byte.</summary>
public class AllocationTests
{
    private const int Rounds = 200;

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public void Reading_a_message_allocates_its_bytes_and_a_small_head(int bodyLength)
    {
        var stanza = Encoding.UTF8.GetBytes(
            "<message to='juliet@example.com/balcony' id='0123456789' type='chat'><body>" + new string('ü', bodyLength / 2)
            + "</body><active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/></message>");
        var perAddress = Measure(() => _ = Jid.TryParse("juliet@example.com/balcony"u8, out _));
        using var parser = Open();
        var perStanza = Measure(() => Read(parser, stanza));
        Assert.InRange(perStanza - perAddress, stanza.Length, stanza.Length + 320);
    }

    [Fact]
    public void Reading_in_pieces_allocates_no_more()
    {
        var stanza = Encoding.UTF8.GetBytes("<presence><show>away</show><status>" + new string('x', 3_000) + "</status></presence>");
        using var parser = Open();
        var perStanza = Measure(() =>
        {
            for (var at = 0; at < stanza.Length; at += 500)
            {
                Read(parser, stanza.AsSpan(at, Math.Min(500, stanza.Length - at)));
            }
        });
        Assert.InRange(perStanza, stanza.Length, stanza.Length + 320);
    }

    [Fact]
    public void Keep_alives_allocate_nothing()
    {
        using var parser = Open();
        Assert.Equal(0, Measure(() => Read(parser, " "u8)));
    }

    [Fact]
    public void Stamping_allocates_the_result()
    {
        Assert.True(Stanza.TryParse("<message to='juliet@example.com' type='chat' id='1'><body>hello</body></message>"u8.ToArray(), out var stanza));
        var from = Jid.Parse("romeo@example.net/orchard");
        var to = Jid.Parse("juliet@example.com");
        var result = StanzaSplice.Stamp(stanza, from, to);
        Assert.InRange(Measure(() => StanzaSplice.Stamp(stanza, from, to)), result.Length, result.Length + 40);
        var template = StanzaSplice.Template(stanza, from);
        Assert.InRange(Measure(() => template.For(to)), result.Length, result.Length + 40);
    }

    private static StreamParser Open()
    {
        var parser = new StreamParser(XmlLimits.BeforeLogin);
        Read(parser, Encoding.UTF8.GetBytes(StreamTranscript.Header));
        return parser;
    }

    private static void Read(StreamParser parser, ReadOnlySpan<byte> input)
    {
        while (parser.TryRead(ref input, out var one))
        {
            // No assertion library in here: it allocates.
            if (one.Kind == StreamEventKind.Failed)
            {
                throw new InvalidOperationException(one.ErrorText);
            }
        }
    }

    /// <summary>Bytes per call on this thread, once everything is warm.</summary>
    private static long Measure(Action action)
    {
        for (var i = 0; i < 50; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds;
    }
}

using System.Text;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

/// <summary>Streams of messages (RFC 7395): what opens and ends one, and what a message may hold.</summary>
public sealed class FramedStreamTests
{
    private const string Open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0' xml:lang='en'/>";
    private const string Close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";

    [Theory]
    [InlineData(Open)]
    [InlineData("<?xml version='1.0'?>" + Open)]
    [InlineData("<f:open xmlns:f='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'></f:open>")]
    public void OpenIsTheStreamHeader(string open)
    {
        var header = Assert.Single(Read(open)).Header!;
        Assert.Equal("example.org", header.To);
        Assert.Equal("1.0", header.Version);
        Assert.Equal(Namespaces.Client, header.DefaultNamespace);
    }

    [Fact]
    public void EachMessageIsOneElementAndCloseEndsTheStream()
    {
        var events = Read(Open, "<message xmlns='jabber:client' to='a@b'><body>x</body></message>", "<iq xmlns='jabber:client' type='get' id='1'/> ", Close);
        Assert.Equal(
            [StreamEventKind.StreamOpened, StreamEventKind.ElementReceived, StreamEventKind.ElementReceived, StreamEventKind.StreamClosed],
            events.Select(e => e.Kind));
        Assert.Equal("jabber:client", events[1].Stanza!.Namespace);
    }

    [Theory]
    [InlineData(StreamErrorCondition.BadFormat, "")]
    [InlineData(StreamErrorCondition.BadFormat, " ")]
    [InlineData(StreamErrorCondition.BadFormat, "text")]
    [InlineData(StreamErrorCondition.BadFormat, " <presence/>")]
    [InlineData(StreamErrorCondition.BadFormat, "<presence/>text")]
    [InlineData(StreamErrorCondition.BadFormat, "<presence/><presence/>")]
    [InlineData(StreamErrorCondition.BadFormat, Open)]
    [InlineData(StreamErrorCondition.NotWellFormed, "<message>")]
    [InlineData(StreamErrorCondition.NotWellFormed, "</stream:stream>")]
    public void WhatIsNotOneElementEndsTheStreamWithAnError(StreamErrorCondition condition, string message)
    {
        var last = Read(Open, message, "<presence/>")[^1];
        Assert.Equal((StreamEventKind.Failed, condition), (last.Kind, last.Error));
    }

    [Theory]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='example.org' version='1.0'>")]
    [InlineData("<open to='example.org' version='1.0'/>")]
    [InlineData("<message xmlns='jabber:client'/>")]
    [InlineData("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'><x/></open>")]
    public void AStreamThatOpensOtherwiseFails(string first) => Assert.Equal(StreamEventKind.Failed, Assert.Single(Read(first)).Kind);

    [Theory]
    [InlineData("<message from='a@b' to='c@d'>", "<message xmlns='jabber:client' from='a@b' to='c@d'>")]
    [InlineData("<presence", "<presence xmlns='jabber:client'")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='1'/>", "<a xmlns='urn:xmpp:sm:3' h='1'/>")]
    [InlineData("<stream:error>", "<stream:error xmlns:stream='http://etherx.jabber.org/streams'>")]
    public void OutgoingElementsDeclareWhatTheHeaderWould(string element, string standing)
    {
        var bytes = Encoding.UTF8.GetBytes(element);
        var missing = Encoding.UTF8.GetString(StreamFraming.MissingDeclaration(bytes, out var at));
        Assert.Equal(standing, element.Insert(at, missing));
    }

    /// <summary>All messages at once, and byte by byte: both must tell the same.</summary>
    private static List<StreamEvent> Read(params string[] messages)
    {
        var whole = Read(messages, int.MaxValue);
        var pieces = Read(messages, 1);
        Assert.Equal(whole.Select(e => (e.Kind, e.Error)), pieces.Select(e => (e.Kind, e.Error)));
        return whole;
    }

    private static List<StreamEvent> Read(string[] messages, int step)
    {
        using var parser = StreamParser.ForMessages(XmlLimits.AfterLogin);
        var events = new List<StreamEvent>();
        foreach (var message in messages)
        {
            var bytes = Encoding.UTF8.GetBytes(message);
            for (var at = 0; at < bytes.Length; at += Math.Min(step, bytes.Length - at))
            {
                ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(step, bytes.Length - at));
                while (parser.TryRead(ref input, out var found))
                {
                    events.Add(found);
                }
            }

            if (parser.TryEndMessage(out var failure))
            {
                events.Add(failure);
            }
        }

        return events;
    }
}

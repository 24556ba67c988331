using System.Text;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

public class StreamOutputTests
{
    [Fact]
    public void A_header_reads_back_as_written()
    {
        var header = new StreamHeader { To = "a@b/'&", From = "example.org", Id = "x<y", Version = "1.0", Lang = "en" };
        var text = Encoding.UTF8.GetString(header.ToBytes());
        Assert.StartsWith("<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ", text, StringComparison.Ordinal);
        using var parser = new StreamParser(XmlLimits.BeforeLogin);
        ReadOnlySpan<byte> input = header.ToBytes();
        Assert.True(parser.TryRead(ref input, out var opened));
        Assert.Equal(header, opened.Header);
    }

    [Fact]
    public void Every_stream_error_has_a_name_and_closes_the_stream()
    {
        foreach (var condition in Enum.GetValues<StreamErrorCondition>().Where(value => value != StreamErrorCondition.None))
        {
            var name = StreamError.ElementName(condition);
            Assert.Equal(
                $"element <error xmlns='http://etherx.jabber.org/streams'><{name} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></error>",
                StreamTranscript.Of(StreamTranscript.Header + Encoding.UTF8.GetString(StreamError.ToBytes(condition)))[1]);
        }

        Assert.Equal("restricted-xml", StreamError.ElementName(StreamErrorCondition.RestrictedXml));
        Assert.Throws<ArgumentOutOfRangeException>(() => StreamError.ToBytes(StreamErrorCondition.None));
    }

    [Fact]
    public void A_stream_error_can_carry_text_a_host_and_an_application_condition()
    {
        Assert.Equal(
            "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>[::1]:5222</see-other-host>"
                + "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>go &amp; look</text><a xmlns='urn:a'/></stream:error>",
            Encoding.UTF8.GetString(StreamError.ToBytes(
                StreamErrorCondition.SeeOtherHost, "go & look", new XmlElement("a", "urn:a"), "[::1]:5222", closeStream: false)));
    }

    [Fact]
    public void Features_are_listed_in_order()
    {
        var features = new StreamFeatures()
            .StartTls(required: true)
            .Mechanisms("SCRAM-SHA-256", "PLAIN")
            .ChannelBindings("tls-exporter")
            .Bind().Session().StreamManagement().ClientState().RosterVersioning().PreApproval().Registration()
            .Caps("https://example.org/", "abc=")
            .Limits(262_144, TimeSpan.FromMinutes(5))
            .Add(new XmlElement("own", "urn:own"));
        Assert.Equal(
            "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                + "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism><mechanism>PLAIN</mechanism></mechanisms>"
                + "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>"
                + "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>"
                + "<sm xmlns='urn:xmpp:sm:3'/><csi xmlns='urn:xmpp:csi:0'/><ver xmlns='urn:xmpp:features:rosterver'/><sub xmlns='urn:xmpp:features:pre-approval'/>"
                + "<register xmlns='http://jabber.org/features/iq-register'/>"
                + "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/' ver='abc='/>"
                + "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>262144</max-bytes><idle-seconds>300</idle-seconds></limits>"
                + "<own xmlns='urn:own'/></stream:features>",
            Encoding.UTF8.GetString(features.ToBytes()));
        Assert.Equal("<stream:features/>", Encoding.UTF8.GetString(new StreamFeatures().ChannelBindings().ToBytes()));
        Assert.Equal(
            "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
            Encoding.UTF8.GetString(new StreamFeatures().StartTls(required: false).ToBytes()));
    }
}

using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

public class StanzaTests
{
    [Theory]
    [InlineData("<message/>", StanzaKind.Message, StanzaType.Normal)]
    [InlineData("<message type='normal'/>", StanzaKind.Message, StanzaType.Normal)]
    [InlineData("<message type='chat'/>", StanzaKind.Message, StanzaType.Chat)]
    [InlineData("<message type='ch&#97;t'/>", StanzaKind.Message, StanzaType.Chat)]
    [InlineData("<message type='groupchat'/>", StanzaKind.Message, StanzaType.Groupchat)]
    [InlineData("<message type='headline'/>", StanzaKind.Message, StanzaType.Headline)]
    [InlineData("<message type='error'/>", StanzaKind.Message, StanzaType.Error)]
    [InlineData("<message type='nonsense'/>", StanzaKind.Message, StanzaType.Normal)]
    [InlineData("<message type='Chat'/>", StanzaKind.Message, StanzaType.Normal)]
    [InlineData("<presence/>", StanzaKind.Presence, StanzaType.Available)]
    [InlineData("<presence type='unavailable'/>", StanzaKind.Presence, StanzaType.Unavailable)]
    [InlineData("<presence type='subscribe'/>", StanzaKind.Presence, StanzaType.Subscribe)]
    [InlineData("<presence type='subscribed'/>", StanzaKind.Presence, StanzaType.Subscribed)]
    [InlineData("<presence type='unsubscribe'/>", StanzaKind.Presence, StanzaType.Unsubscribe)]
    [InlineData("<presence type='unsubscribed'/>", StanzaKind.Presence, StanzaType.Unsubscribed)]
    [InlineData("<presence type='probe'/>", StanzaKind.Presence, StanzaType.Probe)]
    [InlineData("<presence type='error'/>", StanzaKind.Presence, StanzaType.Error)]
    [InlineData("<presence type='available'/>", StanzaKind.Presence, StanzaType.Invalid)]
    [InlineData("<presence type=''/>", StanzaKind.Presence, StanzaType.Invalid)]
    [InlineData("<iq type='get'/>", StanzaKind.Iq, StanzaType.Get)]
    [InlineData("<iq type='set'/>", StanzaKind.Iq, StanzaType.Set)]
    [InlineData("<iq type='result'/>", StanzaKind.Iq, StanzaType.Result)]
    [InlineData("<iq type='error'/>", StanzaKind.Iq, StanzaType.Error)]
    [InlineData("<iq type='chat'/>", StanzaKind.Iq, StanzaType.Invalid)]
    [InlineData("<iq/>", StanzaKind.Iq, StanzaType.Invalid)]
    [InlineData("<r xmlns='urn:xmpp:sm:3' type='get'/>", StanzaKind.Other, StanzaType.None)]
    [InlineData("<message xmlns='jabber:client'/>", StanzaKind.Message, StanzaType.Normal)]
    [InlineData("<message xmlns='jabber:server'/>", StanzaKind.Other, StanzaType.None)]
    [InlineData("<message xmlns=''/>", StanzaKind.Other, StanzaType.None)]
    [InlineData("<Message/>", StanzaKind.Other, StanzaType.None)]
    public void Kind_and_type(string xml, StanzaKind kind, StanzaType type)
    {
        var stanza = Build.Stanza(xml);
        Assert.Equal((kind, type), (stanza.Kind, stanza.Type));
    }

    [Fact]
    public void Attributes_are_read_and_decoded()
    {
        var stanza = Build.Stanza(
            "<message\n\tfrom = \"Romeo@Example.net/or&apos;chard\"  to='juliet@example.com' id='a&lt;&#x62;\n' xml:lang='de' x:to='no' xmlns:x='urn:x'/>");
        Assert.Equal("juliet@example.com", stanza.To?.ToString());
        Assert.Equal("romeo@example.net/or'chard", stanza.From?.ToString());
        Assert.Equal("a<b ", stanza.Id);
        Assert.Equal("de", stanza.Lang);
        Assert.Equal("no", stanza.Attribute("x:to"));
        Assert.Null(stanza.Attribute("type"));
        Assert.Null(stanza.Attribute(new string('x', 1000)));
        Assert.False(stanza.ToMalformed || stanza.FromMalformed);
    }

    [Theory]
    [InlineData("<iq/>", false)]
    [InlineData("<iq to='a@b'/>", false)]
    [InlineData("<iq to=''/>", true)]
    [InlineData("<iq to='@b'/>", true)]
    [InlineData("<iq to='a@b/'/>", true)]
    public void A_bad_address_is_told_from_none(string xml, bool malformed)
    {
        Assert.Equal(malformed, Build.Stanza(xml).ToMalformed);
        var from = Build.Stanza(xml.Replace(" to", " from", StringComparison.Ordinal));
        Assert.Equal(malformed, from.FromMalformed);
        Assert.Equal(malformed, from.From is null && from.Attribute("from") is not null);
    }

    [Fact]
    public void Children_are_listed_with_their_places()
    {
        var stanza = Build.Stanza("<message id='1'> <body>hi</body>text<x:empty xmlns:x='urn:x' a='>'/><deep xmlns='urn:d'><body>no</body></deep ></message >");
        Assert.Equal("<message id='1'>", Build.Text(stanza.Bytes.AsSpan(stanza.StartTag)));
        Assert.Equal(
            " <body>hi</body>text<x:empty xmlns:x='urn:x' a='>'/><deep xmlns='urn:d'><body>no</body></deep >",
            Build.Text(stanza.Bytes.AsSpan(stanza.Content)));
        Assert.Equal(
            [
                ("body", Namespaces.Client, "<body>hi</body>", "hi"),
                ("empty", "urn:x", "<x:empty xmlns:x='urn:x' a='>'/>", ""),
                ("deep", "urn:d", "<deep xmlns='urn:d'><body>no</body></deep >", "<body>no</body>"),
            ],
            stanza.Children.ToArray().Select(child =>
                (child.Name, child.Namespace, Build.Text(stanza.ChildBytes(child)), Build.Text(stanza.Bytes.AsSpan(child.Content)))));
        Assert.True(stanza.TryGetChild("empty", "urn:x", out _));
        Assert.False(stanza.TryGetChild("empty", "urn:y", out _));
    }

    [Theory]
    [InlineData("<message/>")]
    [InlineData("<message></message>")]
    [InlineData("<message a='>' />")]
    public void An_empty_stanza_has_no_content(string xml)
    {
        var stanza = Build.Stanza(xml);
        Assert.Equal(0, stanza.Bytes.AsSpan(stanza.Content).Length);
        Assert.Equal(0, stanza.Children.Length);
        Assert.Equal(PayloadFlags.None, stanza.Payload);
    }

    [Theory]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AGEA</auth>", "AGEA")]
    [InlineData("<a>x&amp;y\r\n</a>", "x&y\n")]
    [InlineData("<a>x<b>no</b>y<![CDATA[&]]></a>", "xy&")]
    [InlineData("<a/>", "")]
    public void Text_is_what_stands_directly_inside(string xml, string text) => Assert.Equal(text, Build.Stanza(xml).Text);

    [Theory]
    [InlineData("")]
    [InlineData(" <message/>")]
    [InlineData("<message/> ")]
    [InlineData("<message/><message/>")]
    [InlineData("<message>")]
    [InlineData("<message")]
    [InlineData("text")]
    [InlineData("<c:message/>")]
    [InlineData("<message><a></b></message>")]
    public void Bytes_that_are_not_one_element_are_refused(string xml) => Assert.False(Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out _));

    [Fact]
    public void A_prefix_on_the_root_is_written_away()
    {
        var stanza = Build.Stanza("<c:message xmlns:c='jabber:client' xmlns='urn:d' c:a='1'><c:body>x</c:body><d/></c:message>");
        Assert.Equal(StanzaKind.Message, stanza.Kind);
        Assert.True(stanza.Has(PayloadFlags.Body));
        Assert.Equal("<message xmlns:ns1='jabber:client' ns1:a='1'><body>x</body><d xmlns='urn:d'/></message>", Build.Text(stanza.Bytes));
    }

    [Fact]
    public void Size_and_number_of_children_are_limited()
    {
        var many = Encoding.UTF8.GetBytes("<a>" + string.Concat(Enumerable.Repeat("<b/>", 256)) + "</a>");
        Assert.True(Stanza.TryParse(many, out _));
        Assert.False(Stanza.TryParse([.. many[..^4], .. "<b/></a>"u8], out _));
        Assert.False(Stanza.TryParse(many, out _, new XmlLimits { MaxStanzaBytes = many.Length - 1 }));
    }

    [Fact]
    public void A_stanza_read_under_wider_limits_still_becomes_a_tree()
    {
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 100)) + string.Concat(Enumerable.Repeat("</a>", 100)));
        Assert.True(Stanza.TryParse(deep, out var stanza, new XmlLimits { MaxDepth = 100 }));
        Assert.Equal("a", stanza.ToElement().Child("a")?.Name);
    }

    [Fact]
    public void Addresses_are_prepared()
    {
        Assert.Equal(Jid.Parse("juliet@example.com/Balcony"), Build.Stanza("<iq to='JULIET@EXAMPLE.COM/Balcony'/>").To);
    }
}

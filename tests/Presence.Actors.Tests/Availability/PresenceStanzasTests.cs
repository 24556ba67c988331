using System.Text;
using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Availability;

/// <summary>The bytes of presence stanzas: what is read of them and what the server makes of them.</summary>
public class PresenceStanzasTests
{
    [Theory]
    [InlineData("", true, 0)]
    [InlineData("<priority>5</priority>", true, 5)]
    [InlineData("<priority>\n +127 </priority>", true, 127)]
    [InlineData("<priority>-128</priority>", true, -128)]
    [InlineData("<priority><![CDATA[7]]></priority>", true, 7)]
    [InlineData("<priority xmlns='urn:example:other'>300</priority>", true, 0)]
    [InlineData("<priority>128</priority>", false, 0)]
    [InlineData("<priority>-129</priority>", false, 0)]
    [InlineData("<priority/>", false, 0)]
    [InlineData("<priority>high</priority>", false, 0)]
    public void Priorities(string content, bool valid, int priority)
    {
        Assert.Equal(valid, PresenceStanzas.TryPriority(Parse($"<presence>{content}</presence>"), out var read));
        Assert.Equal(priority, read);
    }

    [Theory]
    [InlineData("", "away")]
    [InlineData("<show>chat</show>", "away")]
    [InlineData("<show> chat\n</show>", "away")]
    [InlineData("<show/>", "away")]
    [InlineData("<show>dnd</show>", null)]
    [InlineData("<show>xa</show>", null)]
    [InlineData("<show>away</show>", null)]
    public void Away_replaces_only_what_says_the_user_is_there(string show, string? shown)
    {
        const string Rest = "<status>in &lt;here&gt;</status><priority>3</priority><c xmlns='http://jabber.org/protocol/caps' node='n' ver='v' hash='sha-1'/>";
        var own = Encoding.UTF8.GetBytes($"<presence from='a@b/c' xml:lang='de'>{show}{Rest}</presence>");
        var away = PresenceStanzas.Away(own);
        if (shown is null)
        {
            Assert.Same(own, away);
            return;
        }

        var element = XmlElement.Parse(away);
        Assert.Equal(shown, Assert.Single(element.Children, c => c.Name == "show").Text);
        Assert.Equal(XmlElement.Parse($"<presence>{Rest}</presence>").Nodes, element.Nodes.Where(n => n.Element?.Name != "show"));
        Assert.Equal("de", element.Attr("lang", Namespaces.Xml));
    }

    [Fact]
    public void Unavailable_can_be_addressed_later()
    {
        var from = Jid.Parse("ab@example.org/c&'d");
        var to = Jid.Parse("e@example.org");
        var addressed = XmlElement.Parse(StanzaSplice.WithTo(PresenceStanzas.Unavailable(from), to));
        Assert.Equal(XmlElement.Parse(PresenceStanzas.Unavailable(from, to)), addressed);
        Assert.Equal((from.ToString(), "e@example.org", "unavailable"), (addressed.Attr("from"), addressed.Attr("to"), addressed.Attr("type")));
    }

    [Theory]
    [InlineData("<idle xmlns='urn:xmpp:idle:1' since='1970-01-01T00:00:02Z'/>", 2000L)]
    [InlineData("<idle xmlns='urn:xmpp:idle:1' since='1970-01-01T01:00:02.5+01:00'/>", 2500L)]
    [InlineData("<idle xmlns='urn:xmpp:idle:1' since='long ago'/>", null)]
    [InlineData("", null)]
    public void Idle_times(string content, long? since) => Assert.Equal(since, PresenceStanzas.IdleSince(Parse($"<presence>{content}</presence>")));

    private static Stanza Parse(string xml) =>
        Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza) ? stanza : throw new ArgumentException(xml, nameof(xml));
}

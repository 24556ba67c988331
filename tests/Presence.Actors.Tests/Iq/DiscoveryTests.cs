using Presence.Actors.Users.Eventing;
using Presence.Actors.Users.Features;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>What the server and accounts say they can do (XEP-0030, XEP-0115), and to whom.</summary>
public class DiscoveryTests : Scene
{
    private const string Info = "<query xmlns='http://jabber.org/protocol/disco#info'/>";
    private const string Items = "<query xmlns='http://jabber.org/protocol/disco#items'/>";

    [Fact]
    public void The_server_tells_what_it_is_and_does() => Assert.Equal(
        [
            "server/im/Presence", "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items", "jabber:iq:private",
            "jabber:iq:register", "jabber:iq:version", "msgoffline", "urn:xmpp:blocking", "urn:xmpp:carbons:2", "urn:xmpp:extdisco:2", "urn:xmpp:message-retract:1", "urn:xmpp:ping", "urn:xmpp:time", "vcard-temp",
        ],
        Described(Connect(Alice, "desk").Ask(Request(Info, Domain))));

    [Theory]
    [InlineData(null)]
    [InlineData(Alice)]
    public void An_account_tells_its_owner_what_it_does(string? to) => Assert.Equal(
        [
            "account/registered/", "pubsub/pep/", "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
            "http://jabber.org/protocol/pubsub", .. EventingFeature.Features, "http://jabber.org/protocol/rsm",
            "jabber:iq:private", "jabber:iq:roster", "urn:xmpp:blocking", "urn:xmpp:carbons:2", "urn:xmpp:mam:2", "urn:xmpp:mam:2#extended",
            "urn:xmpp:message-retract:1", "urn:xmpp:message-retract:1#tombstone", "urn:xmpp:pep-vcard-conversion:0", "urn:xmpp:ping", "urn:xmpp:push:0", "urn:xmpp:sid:0", "vcard-temp",
        ],
        Described(Connect(Alice, "desk").Ask(Request(Info, to))));

    [Theory]
    [InlineData(Domain)]
    [InlineData(Alice)]
    [InlineData(null)]
    public void There_are_no_items(string? to)
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal(new XmlElement("query", Namespaces.DiscoItems), Assert.Single(alice.Ask(Request(Items, to)).Children));
        Assert.Equal("cancel item-not-found", Asked(alice, $"<query xmlns='{Namespaces.DiscoItems}' node='n'/>", to));
        Assert.Equal("cancel item-not-found", Asked(alice, $"<query xmlns='{Namespaces.DiscoInfo}' node='n'/>", to));
    }

    [Fact]
    public void The_capabilities_node_is_answered_and_its_hash_is_the_one_told()
    {
        var alice = Connect(Alice, "desk");
        var answer = alice.Ask(Request($"<query xmlns='{Namespaces.DiscoInfo}' node='{ServerCaps.Node}#{ServerCaps.Verification}'/>", Domain));
        var query = answer.Child("query", Namespaces.DiscoInfo)!;
        Assert.Equal($"{ServerCaps.Node}#{ServerCaps.Verification}", query.Attr("node"));
        var identities = query.Children.Where(c => c.Name == "identity").Select(i => (i.Attr("category")!, i.Attr("type")!, i.Attr("name")!));
        Assert.Equal(ServerCaps.Verification, ServerCaps.Hash(identities, query.Children.Where(c => c.Name == "feature").Select(f => f.Attr("var")!)));
    }

    /// <summary>The example of XEP-0115 §5.2.</summary>
    [Fact]
    public void The_hash_is_that_of_the_specification() => Assert.Equal(
        "QgayPKawpkPSDYmwT/WM94uAlu0=",
        ServerCaps.Hash(
            [("client", "pc", "Exodus 0.9.1")],
            [
                "http://jabber.org/protocol/muc", "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/caps",
                "http://jabber.org/protocol/disco#info",
            ]));

    /// <summary>A contact is told what it may ask, and only in the direction of the subscription.</summary>
    [Fact]
    public void Who_may_see_the_presence_may_see_the_account()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        alice.Send($"<presence type='subscribe' to='{Bob}'/>");
        Assert.Equal("cancel service-unavailable", Asked(alice, Info, Bob));
        bob.Send($"<presence type='subscribed' to='{Alice}'/>");
        var answer = alice.Ask(Request(Info, Bob));
        Assert.Equal(
            [
                "account/registered/", "pubsub/pep/", "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items",
                "http://jabber.org/protocol/pubsub", .. EventingFeature.Features, "vcard-temp",
            ],
            Described(answer));
        Assert.Equal((Bob, "alice@example.org/desk"), (answer.Attr("from"), answer.Attr("to")));
        Assert.Equal("cancel item-not-found", Asked(alice, $"<query xmlns='{Namespaces.DiscoInfo}' node='n'/>", Bob));
        Assert.Equal("cancel service-unavailable", Asked(bob, Info, Alice));
    }

    public static TheoryData<string, string> Requests => new()
    {
        { "get", Info },
        { "get", $"<query xmlns='{Namespaces.DiscoInfo}' node='n'/>" },
        { "get", Items },
        { "get", $"<query xmlns='{Namespaces.DiscoItems}' node='n'/>" },
        { "get", Ping },
        { "get", "<query xmlns='jabber:iq:version'/>" },
        { "get", "<query xmlns='jabber:iq:roster'/>" },
        { "get", "<query xmlns='urn:xmpp:mam:2'/>" },
        { "set", "<query xmlns='urn:xmpp:mam:2'/>" },
        { "get", "<blocklist xmlns='urn:xmpp:blocking'/>" },
        { "set", "<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>" },
        { "get", "<vCard xmlns='vcard-temp'/>" },
        { "set", "<vCard xmlns='vcard-temp'/>" },
        { "get", "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='n'/></pubsub>" },
        { "get", "<pubsub xmlns='http://jabber.org/protocol/pubsub'><items/></pubsub>" },
        { "set", "<pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='n'><item><a xmlns='x'/></item></publish></pubsub>" },
        { "set", "<pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='n' jid='alice@example.org'/></pubsub>" },
        { "get", "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='n'/></pubsub>" },
        { "set", "<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='n'/></pubsub>" },
        { "get", "<query xmlns='jabber:iq:private'><a xmlns='x'/></query>" },
        { "set", "<query xmlns='urn:example:unknown'/>" },
    };

    /// <summary>Same request, same answer but for the address: with no account, with one offline, with one at hand.</summary>
    [Theory]
    [MemberData(nameof(Requests))]
    public void A_stranger_cannot_tell_whether_there_is_an_account(string type, string payload)
    {
        var alice = Connect(Alice, "desk");
        LogIn(Carol, "phone");
        string Seen(string to) => alice.Ask(Request(payload, to, type)).ToString().Replace(to, "whoever", StringComparison.Ordinal);
        var nobody = Seen(Nobody);
        Assert.Equal(nobody, Seen(Bob));
        Assert.Equal(nobody, Seen(Carol));
        Assert.Equal(Seen(Nobody + "/phone"), Seen(Bob + "/phone"));
    }

    private static IEnumerable<string> Described(XmlElement answer) => answer.Child("query", Namespaces.DiscoInfo)!.Children.Select(c =>
        c.Name == "identity" ? $"{c.Attr("category")}/{c.Attr("type")}/{c.Attr("name")}" : c.Attr("var")!);
}

using Presence.Protocol.Xml;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Roster;

/// <summary>What a client may ask of its roster, what it gets, and what the user's other clients are told (RFC 6121 §2).</summary>
public class RosterTests
{
    private readonly ExecutorBench _bench = new(new SessionOptions { MaxRosterItems = 3 });
    private readonly BenchClient _desk;
    private readonly BenchClient _phone;

    public RosterTests()
    {
        _bench.AddUser("alice@example.org");
        _bench.AddUser("bob@example.org");
        _desk = _bench.Connect("alice@example.org", "desk");
        _phone = _bench.Connect("alice@example.org", "phone");
    }

    [Fact]
    public void A_roster_without_items_has_a_version_if_the_client_knows_of_versions()
    {
        var query = Get(_desk, "ver=''").Child("query", Namespaces.Roster)!;
        Assert.Empty(query.Children);
        Assert.Equal("0", query.Attr("ver"));
        Assert.Null(Get(_desk, "").Child("query", Namespaces.Roster)!.Attr("ver"));
    }

    [Fact]
    public void An_added_item_is_pushed_to_every_client_that_asked_for_the_roster_and_to_no_other()
    {
        Get(_desk, "ver=''");
        var answer = Set(_desk, "<item jid='Bob@example.org' name='B&amp;b' subscription='both' ask='subscribe'><group>Friends</group><group>Work</group></item>");
        Assert.Equal("result", answer.Attr("type"));
        var push = Push(_desk);
        Assert.Equal("1", push.Attr("ver"));
        var item = Assert.Single(push.Children);
        Assert.Equal(("bob@example.org", "B&b", "none", null), (item.Attr("jid"), item.Attr("name"), item.Attr("subscription"), item.Attr("ask")));
        Assert.Equal(["Friends", "Work"], item.Children.Select(g => g.Text));
        Assert.DoesNotContain(_phone.Received, e => e.Attr("type") == "set");
        Assert.Equal(item, Assert.Single(Get(_phone, "").Child("query", Namespaces.Roster)!.Children));
    }

    [Fact]
    public void A_client_that_knows_the_present_version_gets_an_empty_result()
    {
        Set(_desk, "<item jid='bob@example.org'/>");
        Assert.Empty(Get(_desk, "ver='1'").Children);
        Set(_desk, "<item jid='bob@example.org' name='Bob'/>");
        Assert.Equal("2", Get(_desk, "ver='1'").Child("query", Namespaces.Roster)!.Attr("ver"));
    }

    [Fact]
    public void A_change_replaces_name_and_groups()
    {
        Set(_desk, "<item jid='bob@example.org' name='Bob'><group>a</group></item>");
        Set(_desk, "<item jid='bob@example.org'><group>b</group></item>");
        var item = Assert.Single(Get(_desk, "").Child("query", Namespaces.Roster)!.Children);
        Assert.Null(item.Attr("name"));
        Assert.Equal(["b"], item.Children.Select(g => g.Text));
    }

    [Fact]
    public void A_removed_item_is_pushed_as_such_and_gone()
    {
        Get(_desk, "");
        Set(_desk, "<item jid='bob@example.org'/>");
        Set(_desk, "<item jid='bob@example.org' subscription='remove'/>");
        var item = Assert.Single(Push(_desk).Children);
        Assert.Equal("remove", item.Attr("subscription"));
        Assert.Equal("2", Push(_desk).Attr("ver"));
        Assert.Empty(Get(_desk, "").Child("query", Namespaces.Roster)!.Children);
    }

    [Fact]
    public void The_roster_survives_a_crash()
    {
        Set(_desk, "<item jid='bob@example.org' name='Bob'><group>a</group></item>");
        _bench.Crash();
        var later = _bench.Connect("alice@example.org", "later");
        var query = Get(later, "ver=''").Child("query", Namespaces.Roster)!;
        Assert.Equal("1", query.Attr("ver"));
        Assert.Equal("Bob", Assert.Single(query.Children).Attr("name"));
    }

    [Theory]
    [InlineData("<item jid='bob@example.org'/><item jid='carol@example.org'/>", "bad-request")]
    [InlineData("", "bad-request")]
    [InlineData("<item name='nobody'/>", "bad-request")]
    [InlineData("<item jid='bob@example.org'><group>a</group><group>a</group></item>", "bad-request")]
    [InlineData("<item jid='a@b@c'/>", "jid-malformed")]
    [InlineData("<item jid='bob@example.org'><group/></item>", "not-acceptable")]
    [InlineData("<item jid='alice@example.org'/>", "not-allowed")]
    [InlineData("<item jid='bob@example.org' subscription='remove'/>", "item-not-found")]
    public void A_set_that_breaks_a_rule_is_refused_and_changes_nothing(string items, string condition)
    {
        var answer = Set(_desk, items);
        Assert.Equal("error", answer.Attr("type"));
        Assert.NotNull(answer.Child("error")!.Child(condition, Namespaces.StanzaErrors));
        Assert.Equal(0, _bench.User("alice@example.org").RosterVersion);
    }

    [Theory]
    [InlineData(1023, "result")]
    [InlineData(1024, "error")]
    public void Names_have_a_limit(int length, string type)
    {
        var text = new string('n', length);
        Assert.Equal(type, Set(_desk, $"<item jid='bob@example.org' name='{text}'/>").Attr("type"));
        Assert.Equal(type, Set(_desk, $"<item jid='bob@example.org'><group>{text}</group></item>").Attr("type"));
    }

    [Fact]
    public void Only_so_many_contacts_fit_in()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("result", Set(_desk, $"<item jid='c{i}@example.org'/>").Attr("type"));
        }

        Assert.NotNull(Set(_desk, "<item jid='c3@example.org'/>").Child("error")!.Child("resource-constraint", Namespaces.StanzaErrors));
        Assert.Equal("result", Set(_desk, "<item jid='c2@example.org' name='changed'/>").Attr("type"));
        _desk.Send("<presence type='subscribe' to='c3@example.org'/>");
        Assert.NotNull(_desk.Presences.Single().Child("error")!.Child("resource-constraint", Namespaces.StanzaErrors));
    }

    [Fact]
    public void Nobody_sees_or_changes_the_roster_of_another()
    {
        Set(_desk, "<item jid='bob@example.org'/>");
        var bob = _bench.Connect("bob@example.org", "phone");
        Assert.Equal("error", bob.Ask("<iq type='get' id='1' to='alice@example.org'><query xmlns='jabber:iq:roster'/></iq>").Attr("type"));
        Assert.Equal("error", bob.Ask(
            "<iq type='set' id='2' to='alice@example.org'><query xmlns='jabber:iq:roster'><item jid='bob@example.org' subscription='remove'/></query></iq>").Attr("type"));
        Assert.Single(_bench.User("alice@example.org").Roster);
    }

    [Fact]
    public void Asking_for_it_by_the_own_address_is_the_same()
    {
        var answer = _desk.Ask("<iq type='get' id='1' to='alice@example.org'><query xmlns='jabber:iq:roster'/></iq>");
        Assert.Equal(("result", "alice@example.org"), (answer.Attr("type"), answer.Attr("from")));
    }

    private static XmlElement Get(BenchClient client, string attributes) =>
        client.Ask($"<iq type='get' id='g'><query xmlns='jabber:iq:roster' {attributes}/></iq>");

    private static XmlElement Set(BenchClient client, string items) =>
        client.Ask($"<iq type='set' id='s'><query xmlns='jabber:iq:roster'>{items}</query></iq>");

    private static XmlElement Push(BenchClient client) =>
        client.Received.Last(e => e.Name == "iq" && e.Attr("type") == "set").Child("query", Namespaces.Roster)!;
}

using System.Globalization;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Nodes and items of the owner (XEP-0163 §3, XEP-0060 §6.5, §7, §8): publishing, reading, removing, configuring, and limits.</summary>
public class NodeTests() : EventingScene(new ServiceOptions { MaxEventItemBytes = 1_000, MaxEventBytes = 3_000 })
{
    [Fact]
    public void What_is_published_makes_its_node_and_is_read_again_also_after_a_crash()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Publish(alice, Tune, Item("current", "Finzi &amp; co")));
        Bench.Crash();
        alice = Connect(Alice, "phone");
        var item = alice.Ask(Request(PubSub($"<items node='{Tune}'/>"))).Child("pubsub", Namespaces.PubSub)!.Child("items")!.Children.Single();
        Assert.Equal(("current", "<a xmlns='example:a'>Finzi &amp; co</a>"), (item.Attr("id"), item.Children.Single().ToString()));
        Assert.Equal(NodeConfiguration.Default, Bench.User(Alice).Events!.Find(Tune)!.Configuration);
    }

    [Fact]
    public void The_newest_item_takes_the_place_of_the_one_before_it()
    {
        var alice = Connect(Alice, "desk");
        Publish(alice, Tune, Item("a"));
        Publish(alice, Tune, Item("b"));
        Assert.Equal("result b", Items(alice, Tune));
        Assert.Equal("cancel item-not-found", Items(alice, Tune, more: "<item id='a'/>"));
    }

    [Fact]
    public void Bookmarks_are_all_kept_for_their_owner_alone()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        foreach (var room in new[] { "c@rooms.example", "a@rooms.example", "b@rooms.example" })
        {
            Assert.Equal("result", Publish(alice, Bookmarks, Item(room), BookmarkOptions));
        }

        Publish(alice, Bookmarks, Item("c@rooms.example", "again"), BookmarkOptions);
        Bench.Crash();
        (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Assert.Equal("result a@rooms.example b@rooms.example c@rooms.example", Items(alice, Bookmarks));
        Assert.Equal("result c@rooms.example", Items(alice, Bookmarks, attributes: "max_items='1'"));
        Assert.Equal("result a@rooms.example", Items(alice, Bookmarks, more: "<item id='a@rooms.example'/>"));
        Assert.Equal("cancel not-allowed closed-node", Items(bob, Bookmarks, Alice));
        Assert.Equal("result", Retract(alice, Bookmarks, "b@rooms.example"));
        Assert.Equal("result a@rooms.example c@rooms.example", Items(alice, Bookmarks));
        Assert.Equal("cancel item-not-found", Retract(alice, Bookmarks, "b@rooms.example"));
    }

    [Fact]
    public void What_is_published_on_conditions_is_refused_where_they_do_not_hold()
    {
        var alice = Connect(Alice, "desk");
        Publish(alice, Bookmarks, Item("a"));
        string Conditions(string options) => Told(alice.Ask(Request(PubSub($"<publish node='{Bookmarks}'>{Item("b")}</publish>{options}"), type: "set")));
        Assert.Equal("cancel conflict precondition-not-met", Conditions(BookmarkOptions));
        Assert.Equal("cancel conflict precondition-not-met", Conditions(Options("unheard_of", "1")));
        Assert.Equal("result", Conditions(Options("access_model", "presence")));

        // What clients do then: configure, and try again.
        Assert.Equal("result", Asked(alice, Owner($"<configure node='{Bookmarks}'>{Configuration("access_model", "whitelist")}</configure>"), type: "set"));
        Assert.Equal("result", Asked(alice, Owner($"<configure node='{Bookmarks}'>{Configuration("max_items", "max")}</configure>"), type: "set"));
        Assert.Equal("result", Asked(alice, Owner($"<configure node='{Bookmarks}'>{Configuration("send_last_published_item", "never")}</configure>"), type: "set"));
        Assert.Equal("result", Conditions(BookmarkOptions));
        Assert.Equal("modify not-acceptable unsupported-access-model", Told(alice.Ask(Request(
            PubSub($"<publish node='new'>{Item("b")}</publish>{Options("access_model", "roster")}"), type: "set"))));
        Assert.Equal("cancel item-not-found", Items(alice, "new"));
    }

    [Fact]
    public void A_configuration_is_shown_changed_and_kept()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Asked(alice, PubSub($"<create node='n'/><configure>{Configuration("max_items", "3")}</configure>"), type: "set"));
        Assert.Equal("cancel conflict", Asked(alice, PubSub("<create node='n'/>"), type: "set"));
        for (var i = 0; i < 4; i++)
        {
            Publish(alice, "n", Item(i.ToString(CultureInfo.InvariantCulture)));
        }

        Assert.Equal("result 1 2 3", Items(alice, "n"));
        Assert.Equal("result", Asked(alice, Owner($"<configure node='n'>{Configuration("max_items", "2")}</configure>"), type: "set"));
        Assert.Equal("result 2 3", Items(alice, "n"));
        Bench.Crash();
        alice = Connect(Alice, "desk");
        var form = alice.Ask(Request(Owner("<configure node='n'/>"))).Child("pubsub", Namespaces.PubSubOwner)!.Child("configure")!.Child("x", Namespaces.DataForms)!;
        var values = form.Children.ToDictionary(f => f.Attr("var")!, f => f.Children.Single(c => c.Name == "value").Text);
        Assert.Equal(("presence", "2", "1", "on_sub_and_presence"),
            (values["pubsub#access_model"], values["pubsub#max_items"], values["pubsub#persist_items"], values["pubsub#send_last_published_item"]));
        Assert.Equal("cancel item-not-found", Asked(alice, Owner($"<configure node='m'>{Configuration("max_items", "2")}</configure>"), type: "set"));
        Assert.Equal("modify not-acceptable", Asked(alice, Owner($"<configure node='n'>{Configuration("publish_model", "open")}</configure>"), type: "set"));
        Assert.Equal("modify not-acceptable", Asked(alice, Owner($"<configure node='n'>{Configuration("max_items", "0")}</configure>"), type: "set"));
        Assert.Equal("result", Asked(alice, Owner("<configure node='n'><x xmlns='jabber:x:data' type='cancel'/></configure>"), type: "set"));
        Assert.Equal("result", Asked(alice, Owner("<default/>")));
    }

    [Fact]
    public void A_node_is_emptied_and_taken_away()
    {
        var alice = Connect(Alice, "desk");
        Publish(alice, "n", Item("a") + Item("b"), Options("max_items", "5"));
        Assert.Equal("result a b", Items(alice, "n"));
        Assert.Equal("result", Asked(alice, Owner("<purge node='n'/>"), type: "set"));
        Assert.Equal("result", Items(alice, "n"));
        Publish(alice, "n", Item("c"));
        Assert.Equal("result", Asked(alice, Owner("<delete node='n'/>"), type: "set"));
        Assert.Equal("cancel item-not-found", Items(alice, "n"));
        Assert.Equal((0, 0, 0L), (Bench.User(Alice).Events!.All.Count, Bench.User(Alice).Events!.Items, Bench.User(Alice).Events!.Bytes));
        Bench.Crash();
        Assert.Null(Bench.User(Alice).Events);
    }

    [Theory]
    [InlineData("<publish><item/></publish>", "modify bad-request nodeid-required")]
    [InlineData("<publish node='n'/>", "modify bad-request item-required")]
    [InlineData("<publish node='n'><item id='a'/></publish>", "modify bad-request payload-required")]
    [InlineData("<publish node='n'><item id='a'><a xmlns='x'/><a xmlns='x'/></item></publish>", "modify bad-request invalid-payload")]
    [InlineData("<publish node='n'><item id='a'><a/></item></publish>", "modify bad-request invalid-payload")]
    [InlineData("<publish node='n'><item id='a'><a xmlns='x'/></item><item id='b'><a xmlns='x'/></item></publish>", "cancel not-allowed max-items-exceeded")]
    [InlineData("<retract node='n'/>", "cancel item-not-found")]
    [InlineData("<create/>", "modify not-acceptable nodeid-required")]
    [InlineData("<subscribe node='n' jid='alice@example.org'/>", "cancel feature-not-implemented unsupported")]
    [InlineData("<a/>", "modify bad-request")]
    public void A_request_that_makes_no_sense_here_is_told_why(string request, string told) =>
        Assert.Equal(told, Told(Connect(Alice, "desk").Ask(Request(PubSub(request), type: "set"))));

    [Fact]
    public void An_item_without_an_id_is_given_one()
    {
        var alice = Connect(Alice, "desk");
        var answer = alice.Ask(Request(PubSub("<publish node='n'><item><a xmlns='x'/></item></publish>"), type: "set"));
        var id = answer.Child("pubsub", Namespaces.PubSub)!.Child("publish")!.Child("item")!.Attr("id");
        Assert.Equal($"result {id}", Items(alice, "n"));
    }

    [Fact]
    public void An_item_that_is_not_to_be_kept_is_not()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Publish(alice, "n", Item("a"), Options("persist_items", "false")));
        Assert.Equal("cancel feature-not-implemented unsupported", Items(alice, "n"));
        Assert.Empty(Bench.User(Alice).Events!.Find("n")!.Items);
    }

    [Fact]
    public void What_is_too_much_is_refused_and_what_was_there_stays()
    {
        var alice = Connect(Alice, "desk");
        string Told2(string node, string id, int length, string options = "") =>
            Told(alice.Ask(Request(PubSub($"<publish node='{node}'>{Item(id, new string('x', length))}</publish>{options}"), type: "set")));
        Assert.Equal("result", Told2("n", "a", 900, Options("max_items", "max")));
        Assert.Equal("result", Told2("n", "b", 900));
        Assert.Equal("result", Told2("n", "c", 900));
        Assert.Equal("modify not-acceptable payload-too-big", Told2("n", "d", 1_000));
        Assert.Equal("wait resource-constraint", Told2("n", "d", 900));
        Assert.Equal("result a b c", Items(alice, "n"));
        Assert.Equal("result", Told2("n", "a", 800));
        Assert.Equal("result", Retract(alice, "n", "b"));
        Assert.Equal("result", Told2("n", "d", 900));
    }

    [Fact]
    public void There_are_only_so_many_nodes()
    {
        var alice = Connect(Alice, "desk");
        for (var i = 0; i < EventNodes.MaxNodes; i++)
        {
            Asked(alice, PubSub($"<create node='n{i}'/>"), type: "set");
        }

        Assert.Equal("wait resource-constraint", Publish(alice, "one more", Item("a")));
        Assert.Equal("wait resource-constraint", Asked(alice, PubSub("<create node='one more'/>"), type: "set"));
        Assert.Equal("result", Publish(alice, "n0", Item("a")));
    }

    [Fact]
    public void Only_the_owner_changes_anything_and_readers_are_let_in_by_the_node()
    {
        var (alice, bob, carol) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"), LogIn(Carol, "phone"));
        Befriend(alice, bob);
        Publish(alice, "open", Item("a"), Options("access_model", "open"));
        Publish(alice, "seen", Item("a"));
        Publish(alice, "own", Item("a"), Options("access_model", "whitelist"));
        string Read(Presence.Tests.Shared.BenchClient who, string node) => Items(who, node, Alice);
        Assert.Equal(["result a", "result a", "cancel not-allowed closed-node", "cancel item-not-found"], new[] { "open", "seen", "own", "none" }.Select(n => Read(bob, n)));
        const string Closed = "auth not-authorized presence-subscription-required";
        Assert.Equal(["result a", Closed, Closed, Closed], new[] { "open", "seen", "own", "none" }.Select(n => Read(carol, n)));
        Assert.Equal("auth forbidden", Asked(bob, PubSub($"<publish node='open'>{Item("b")}</publish>"), Alice, "set"));
        Assert.Equal("auth forbidden", Asked(bob, Owner("<delete node='open'/>"), Alice, "set"));
        Assert.Equal("auth forbidden", Asked(bob, Owner("<configure node='open'/>"), Alice));

        const string Nodes = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
        static IEnumerable<string?> Listed(XmlElement answer) => answer.Child("query", Namespaces.DiscoItems)!.Children.Select(i => i.Attr("node"));
        Assert.Equal(["open", "own", "seen"], Listed(alice.Ask(Request(Nodes))));
        Assert.Equal(["open", "seen"], Listed(bob.Ask(Request(Nodes, Alice))));
        Assert.Empty(Listed(carol.Ask(Request(Nodes, Alice))));
        Assert.Equal("result", Asked(bob, "<query xmlns='http://jabber.org/protocol/disco#info' node='seen'/>", Alice));
        Assert.Equal("cancel item-not-found", Asked(bob, "<query xmlns='http://jabber.org/protocol/disco#info' node='own'/>", Alice));

        Asked(alice, $"<block xmlns='urn:xmpp:blocking'><item jid='{Carol}'/></block>", type: "set");
        Assert.Equal("cancel service-unavailable", Read(carol, "open"));
    }
}

using Presence.Actors.Tests.Iq;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Components;

/// <summary>Users and external components (XEP-0114): messages, requests, presence and subscriptions both ways, and components that are not there.</summary>
public sealed class ComponentTests() : Scene(components: [Gateway])
{
    private const string Gateway = "gateway.example.org";
    private const string Friend = "friend@gateway.example.org";

    [Theory]
    [InlineData(Gateway)]
    [InlineData(Friend)]
    [InlineData("friend@gateway.example.org/x")]
    public void A_message_to_a_component_leaves_once_with_its_true_sender_and_is_archived(string to)
    {
        var alice = LogIn(Alice, "desk");
        alice.Send($"<message to='{to}' type='chat' from='mallory@example.org' id='m1'><body>hi</body></message>");
        Assert.Equal(
            XmlElement.Parse($"<message from='alice@example.org/desk' to='{to}' type='chat' id='m1'><body>hi</body></message>"),
            Assert.Single(Bench.AtComponents));
        alice.RequestAck();
        Assert.Equal(2, alice.AcknowledgedByServer);
        Assert.Equal(to.Split('/')[0], Assert.Single(Bench.Store.ReadMessages(alice.UserId, [Bench.User(Alice).LastId])).Peer);
    }

    [Fact]
    public void A_message_of_a_component_is_a_row_that_survives_a_crash_and_waits_for_a_sleeping_client()
    {
        var alice = LogIn(Alice, "phone");
        alice.Drop();
        Bench.FromComponent($"<message from='{Friend}/x' to='{Alice}' type='chat'><body>wake up</body></message>");
        Bench.Crash();
        alice.Resume();
        var message = Assert.Single(alice.Messages, m => m.Child("body") is not null);
        Assert.Equal(($"{Friend}/x", "wake up"), (message.Attr("from"), message.Child("body")!.Text));
        Assert.NotNull(message.Child("stanza-id", Namespaces.StanzaIds));
    }

    [Theory]
    [InlineData("<message from='{0}' to='{1}' type='normal' id='m1'/>")]
    [InlineData("<message from='{0}' to='{1}' type='headline' id='m1'/>")]
    [InlineData("<message to='{1}' id='m1' from='{0}'><store xmlns='urn:xmpp:hints'/></message>")]
    [InlineData("<p:message xmlns:p='jabber:client' to='{1}' id='m1' from='{0}'><p:body>x</p:body></p:message>")]
    public void A_message_of_a_component_arrives_whatever_its_tags_look_like(string xml)
    {
        var alice = LogIn(Alice, "phone");
        var away = LogIn(Alice, "desk");
        away.Drop();
        Bench.FromComponent(string.Format(System.Globalization.CultureInfo.InvariantCulture, xml, Gateway, Alice));
        Assert.Equal(Gateway, Assert.Single(alice.Messages, m => m.Attr("id") == "m1").Attr("from"));
        away.Resume();
        Assert.Single(away.Messages, m => m.Attr("id") == "m1");
    }

    [Fact]
    public void A_message_of_a_component_to_nobody_is_bounced_to_it()
    {
        Bench.FromComponent($"<message from='{Gateway}' to='{Nobody}' type='chat' id='m1'><body>hi</body></message>");
        var error = Assert.Single(Bench.AtComponents);
        Assert.Equal(("cancel service-unavailable", Nobody, Gateway, "m1"), (Outcome(error), error.Attr("from"), error.Attr("to"), error.Attr("id")));
    }

    [Fact]
    public void Requests_pass_both_ways()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send(Request(Ping, Friend, id: "a"));
        Assert.Equal(XmlElement.Parse($"<iq from='alice@example.org/desk' to='{Friend}' type='get' id='a'>{Ping}</iq>"), Assert.Single(Bench.AtComponents));
        alice.Received.Clear();
        Bench.FromComponent($"<iq from='{Friend}' to='alice@example.org/desk' type='result' id='a'/>");
        Bench.FromComponent($"<iq from='{Gateway}' to='alice@example.org/desk' type='get' id='b'>{Ping}</iq>");
        Assert.Equal([("result", "a"), ("get", "b")], alice.Received.Select(i => (i.Attr("type")!, i.Attr("id")!)));
        Bench.AtComponents.Clear();
        alice.Send($"<iq to='{Gateway}' type='result' id='b'/>");
        Assert.Equal(("result", "b"), (Assert.Single(Bench.AtComponents).Attr("type"), Bench.AtComponents[0].Attr("id")));
    }

    [Theory]
    [InlineData("<ping xmlns='urn:xmpp:ping'/>", Domain, "result")]
    [InlineData("<query xmlns='jabber:iq:version'/>", Domain, "result")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#info'/>", Domain, "result")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#items'/>", Domain, "result")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#items' node='x'/>", Domain, "cancel item-not-found")]
    [InlineData("<query xmlns='jabber:iq:roster'/>", Domain, "cancel service-unavailable")]
    [InlineData("<query xmlns='jabber:iq:roster'/>", Alice, "cancel service-unavailable")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#info'/>", Alice, "cancel service-unavailable")]
    [InlineData("<ping xmlns='urn:xmpp:ping'/>", "alice@example.org/gone", "cancel service-unavailable")]
    [InlineData("", Domain, "modify bad-request")]
    public void The_server_answers_a_component_and_accounts_stay_hidden(string payload, string to, string outcome)
    {
        Bench.FromComponent($"<iq from='{Gateway}' to='{to}' type='get' id='q'>{payload}</iq>");
        var answer = Assert.Single(Bench.AtComponents);
        Assert.Equal((outcome, to, Gateway, "q"), (Outcome(answer), answer.Attr("from"), answer.Attr("to"), answer.Attr("id")));
    }

    [Fact]
    public void The_server_lists_its_components()
    {
        var answer = LogIn(Alice, "desk").Ask(Request("<query xmlns='http://jabber.org/protocol/disco#items'/>", Domain));
        Assert.Equal([Gateway], answer.Children.Single().Children.Select(i => i.Attr("jid")));
        Bench.FromComponent($"<iq from='{Gateway}' to='{Domain}' type='get' id='q'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>");
        Assert.Equal([Gateway], Bench.AtComponents.Single().Children.Single().Children.Select(i => i.Attr("jid")));
    }

    [Fact]
    public void A_user_subscribes_to_a_gateway_and_both_see_each_other_come_and_go()
    {
        var alice = LogIn(Alice, "desk");
        alice.Ask(Request("<query xmlns='jabber:iq:roster'/>"));
        alice.Send($"<presence type='subscribe' to='{Friend}'/>");
        Assert.Equal(("subscribe", Alice, Friend), Kind(Bench.AtComponents.Single()));
        Bench.FromComponent($"<presence type='subscribed' from='{Friend}/odd' to='{Alice}'/>");
        Bench.FromComponent($"<presence type='subscribe' from='{Friend}' to='{Alice}'/>");
        Assert.Contains(alice.Presences, p => Kind(p) == ("subscribed", Friend, Alice));
        alice.Send($"<presence type='subscribed' to='{Friend}'/>");
        Assert.Equal(("both", false), (Bench.User(Alice).Roster[Friend].Subscription.ToString().ToLowerInvariant(), Bench.User(Alice).Roster[Friend].Ask));

        alice.Received.Clear();
        Bench.FromComponent($"<presence from='{Friend}/x' to='{Alice}'/>");
        Assert.Equal((null, $"{Friend}/x", Alice), Kind(alice.Presences.Single()));

        Bench.AtComponents.Clear();
        alice.Send("<presence><show>dnd</show></presence>");
        Assert.Equal((null, "alice@example.org/desk", Friend), Kind(Bench.AtComponents.Single()));
        alice.Close();
        Assert.Equal(("unavailable", "alice@example.org/desk", Friend), Kind(Bench.AtComponents[1]));
    }

    [Fact]
    public void Contacts_at_a_component_are_probed_and_may_probe()
    {
        Subscribe();
        Bench.AtComponents.Clear();
        var alice = LogIn(Alice, "desk");
        Assert.Contains(Bench.AtComponents, p => Kind(p) == ("probe", "alice@example.org/desk", Friend));

        Bench.AtComponents.Clear();
        Bench.FromComponent($"<presence type='probe' from='{Friend}' to='{Alice}'/>");
        Assert.Equal((null, "alice@example.org/desk", Friend), Kind(Bench.AtComponents.Single()));

        Bench.AtComponents.Clear();
        Bench.FromComponent($"<presence type='probe' from='stranger@{Gateway}' to='{Alice}'/>");
        Assert.Equal(("unsubscribed", Alice, $"stranger@{Gateway}"), Kind(Bench.AtComponents.Single()));
    }

    [Fact]
    public void Directed_presence_reaches_a_component_and_is_taken_back()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send($"<presence to='{Gateway}'/>");
        alice.Drop();
        Bench.Advance(TimeSpan.FromHours(1));
        Assert.Equal([(null, "alice@example.org/desk", Gateway), ("unavailable", "alice@example.org/desk", Gateway)], Bench.AtComponents.Select(Kind));
    }

    [Fact]
    public void A_component_that_is_not_there_is_answered_for()
    {
        Bench.ComponentsConnected = false;
        var alice = LogIn(Alice, "desk");
        alice.Received.Clear();
        alice.Send($"<message to='{Friend}' type='chat' id='m1'><body>hi</body></message>");
        alice.Send(Request(Ping, Gateway, id: "q1"));
        alice.Send($"<presence type='subscribe' to='{Friend}' id='s1'/>");
        alice.Send($"<presence to='{Friend}'/>");
        alice.Send($"<message to='{Friend}' type='chat' id='m2'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
        alice.Send($"<iq to='{Friend}' type='result' id='r1'/>");
        var errors = alice.Received.Where(s => s.Attr("type") == "error").ToList();
        Assert.Equal([("message", Friend, "m1"), ("iq", Gateway, "q1"), ("presence", Friend, "s1")],
            errors.Select(e => (e.Name, e.Attr("from")!, e.Attr("id")!)));
        Assert.All(errors, e => Assert.Equal("wait remote-server-timeout", Outcome(e)));
        Assert.Empty(Bench.AtComponents);
    }

    [Fact]
    public void The_error_for_a_message_waits_for_a_client_that_is_away_as_a_row()
    {
        Bench.ComponentsConnected = false;
        var alice = LogIn(Alice, "desk");
        alice.Send($"<message to='{Friend}' type='chat' id='m1'><body>hi</body></message>");
        alice.Received.Clear();
        alice.Drop();
        alice.Resume(alice.H - 1);
        Assert.Equal("wait remote-server-timeout", Outcome(alice.Messages.Single()));
    }

    [Fact]
    public void A_probe_that_cannot_be_asked_is_answered_unavailable()
    {
        Subscribe();
        Bench.ComponentsConnected = false;
        var alice = LogIn(Alice, "desk");
        Assert.Contains(alice.Presences, p => Kind(p) == ("unavailable", Friend, "alice@example.org/desk"));
    }

    [Theory]
    [InlineData(Friend)]
    [InlineData(Gateway)]
    public void Blocking_a_component_or_somebody_there_closes_both_ways(string blocked)
    {
        var alice = LogIn(Alice, "desk");
        alice.Send(Request($"<block xmlns='urn:xmpp:blocking'><item jid='{blocked}'/></block>", type: "set"));
        alice.Received.Clear();
        alice.Send($"<message to='{Friend}' type='chat' id='m1'><body>hi</body></message>");
        Assert.Equal("modify not-acceptable", Outcome(Assert.Single(alice.Messages)));
        Bench.FromComponent($"<message from='{Friend}' to='{Alice}' type='chat' id='m2'><body>hi</body></message>");
        Assert.Single(alice.Messages);
        Assert.Equal("cancel service-unavailable", Outcome(Assert.Single(Bench.AtComponents)));
    }

    [Fact]
    public void Other_domains_stay_unreachable()
    {
        var alice = LogIn(Alice, "desk");
        Assert.Equal("cancel remote-server-not-found", Asked(alice, Ping, "other.example.org"));
        Assert.Equal("cancel remote-server-not-found", Asked(alice, Ping, "sub.gateway.example.org"));
    }

    private void Subscribe()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send($"<presence type='subscribe' to='{Friend}'/>");
        Bench.FromComponent($"<presence type='subscribed' from='{Friend}' to='{Alice}'/>");
        Bench.FromComponent($"<presence type='subscribe' from='{Friend}' to='{Alice}'/>");
        alice.Send($"<presence type='subscribed' to='{Friend}'/>");
        alice.Close();
    }

    private static (string? Type, string? From, string? To) Kind(XmlElement presence) => (presence.Attr("type"), presence.Attr("from"), presence.Attr("to"));
}

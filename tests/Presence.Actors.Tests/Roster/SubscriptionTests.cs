using Presence.Actors.Tests.Availability;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Roster;

/// <summary>Two users ask, grant, refuse and cancel (RFC 6121 §3): states on both sides, what is delivered, pushed and shown.</summary>
public class SubscriptionTests : Neighbours
{
    [Fact]
    public void Asking_and_granting_both_ways()
    {
        var alice = LogIn(Alice, "desk");
        var bob = LogIn(Bob, "phone");
        alice.Send("<presence type='subscribe' to='bob@example.org/whatever' id='s1'><status>hi</status></presence>");
        Assert.Equal((Subscription.None, true, false), Item(Alice, Bob));
        Assert.Equal((Subscription.None, false, true), Item(Bob, Alice));
        Assert.Equal(["bob none asked"], Pushed(alice));
        Assert.Empty(Pushed(bob));
        var request = Assert.Single(Presences(bob));
        Assert.Equal((Alice, Bob, "subscribe", "s1", "hi"),
            (request.Attr("from"), request.Attr("to"), request.Attr("type"), request.Attr("id"), request.Child("status")!.Text));

        bob.Send("<presence type='subscribed' to='alice@example.org'/>");
        Assert.Equal((Subscription.To, false, false), Item(Alice, Bob));
        Assert.Equal((Subscription.From, false, false), Item(Bob, Alice));
        Assert.Equal(["bob none asked", "bob to"], Pushed(alice));
        Assert.Equal(["alice from"], Pushed(bob));
        Assert.Equal(["subscribed bob", "available bob/phone"], Seen(alice));

        Subscribe(bob, alice);
        Assert.Equal((Subscription.Both, false, false), Item(Alice, Bob));
        Assert.Equal((Subscription.Both, false, false), Item(Bob, Alice));
        Assert.Equal(["alice from", "alice from asked", "alice both"], Pushed(bob));
        Assert.Equal("available alice/desk", Seen(bob).Last());
    }

    [Fact]
    public void A_request_waits_for_whoever_is_away_and_is_shown_until_it_is_answered()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send("<presence type='subscribe' to='bob@example.org'><status>please</status></presence>");
        Bench.Crash();
        var first = LogIn(Bob, "phone");
        Assert.Equal("please", Assert.Single(Presences(first)).Child("status")!.Text);
        Assert.Empty(first.Ask("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>").Child("query", Namespaces.Roster)!.Children);
        var second = LogIn(Bob, "desk");
        Assert.Contains("subscribe alice", Seen(second));
        second.Send("<presence type='unsubscribed' to='alice@example.org'/>");
        Assert.Null(Item(Bob, Alice));
        Assert.Equal((Subscription.None, false, false), Item(Alice, Bob));
        Assert.DoesNotContain("subscribe alice", Seen(LogIn(Bob, "tablet")));
    }

    [Fact]
    public void An_item_made_while_a_request_waits_keeps_the_request()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send("<presence type='subscribe' to='bob@example.org'/>");
        var bob = Connect(Bob, "phone");
        bob.Ask("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='alice@example.org'/></query></iq>");
        Assert.Equal((Subscription.None, false, true), Item(Bob, Alice));
        alice.Send("<presence type='unsubscribe' to='bob@example.org'/>");
        Assert.Equal((Subscription.None, false, false), Item(Bob, Alice));
        Assert.Single(bob.Ask("<iq type='get' id='r'><query xmlns='jabber:iq:roster'/></iq>").Child("query", Namespaces.Roster)!.Children);
    }

    [Fact]
    public void Somebody_let_in_already_is_answered_at_once()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Subscribe(alice, bob);
        bob.Received.Clear();

        // Alice's side forgets, as if her row had been lost.
        Bench.User(Alice).Roster.Remove(Bob);
        alice.Received.Clear();
        alice.Send("<presence type='subscribe' to='bob@example.org'/>");
        Assert.Equal((Subscription.To, false, false), Item(Alice, Bob));
        Assert.Equal(["subscribed bob", "available bob/phone"], Seen(alice));
        Assert.Empty(bob.Received);
    }

    [Fact]
    public void Somebody_let_in_in_advance_is_never_asked_about()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        bob.Send("<presence type='subscribed' to='alice@example.org'/>");
        Assert.Empty(Presences(alice));
        Assert.Equal("true", ItemPushed(bob).Attr("approved"));
        Assert.Null(Item(Alice, Bob));
        bob.Received.Clear();
        bob.Send("<presence type='subscribed' to='alice@example.org'/>");
        Assert.Empty(bob.Received);

        Bench.Crash();
        var (desk, phone) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        desk.Received.Clear();
        phone.Received.Clear();
        desk.Send("<presence type='subscribe' to='bob@example.org'/>");
        Assert.Equal((Subscription.To, false, false), Item(Alice, Bob));
        Assert.Equal((Subscription.From, false, false), Item(Bob, Alice));
        Assert.Equal(["subscribed bob", "available bob/phone"], Seen(desk));
        Assert.Empty(Presences(phone));
        Assert.Equal(("from", "true"), (ItemPushed(phone).Attr("subscription"), ItemPushed(phone).Attr("approved")));
    }

    [Fact]
    public void What_was_granted_in_advance_can_be_taken_back()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        bob.Send("<presence type='subscribed' to='alice@example.org'/>");
        bob.Send("<presence type='unsubscribed' to='alice@example.org'/>");
        Assert.Empty(Presences(alice));
        Assert.Null(ItemPushed(bob).Attr("approved"));
        alice.Send("<presence type='subscribe' to='bob@example.org'/>");
        Assert.Equal(["subscribe alice"], Seen(bob));
    }

    [Fact]
    public void Whoever_is_thrown_out_sees_the_other_go()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Send("<presence type='unsubscribed' to='alice@example.org'/>");
        Assert.Equal((Subscription.From, false, false), Item(Alice, Bob));
        Assert.Equal((Subscription.To, false, false), Item(Bob, Alice));
        Assert.Equal(["unavailable bob/phone", "unsubscribed bob"], Seen(alice).Order());
        Assert.Equal(["bob from"], Pushed(alice));
        Assert.Equal(["alice to"], Pushed(bob));
        bob.Send("<presence><show>away</show></presence>");
        Assert.DoesNotContain("away bob/phone", Seen(alice));
    }

    [Fact]
    public void Whoever_cancels_sees_the_other_go()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        alice.Send("<presence type='unsubscribe' to='bob@example.org'/>");
        Assert.Equal(["unavailable bob/phone"], Seen(alice));
        Assert.Equal(["unsubscribe alice"], Seen(bob));
        Assert.Equal(["bob from"], Pushed(alice));
        Assert.Equal(["alice to"], Pushed(bob));
    }

    [Fact]
    public void A_removed_contact_is_cancelled_both_ways()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        alice.Ask("<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='bob@example.org' subscription='remove'/></query></iq>");
        Assert.Null(Item(Alice, Bob));
        Assert.Equal((Subscription.None, false, false), Item(Bob, Alice));
        Assert.Equal(["alice to", "alice none"], Pushed(bob));
        Assert.Equal(["unavailable alice/desk", "unsubscribe alice", "unsubscribed alice"], Seen(bob).Order());
        Assert.Equal(["unavailable bob/phone"], Seen(alice));
    }

    [Fact]
    public void Who_does_not_exist_refuses()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send("<presence type='subscribe' to='nobody@example.org'/>");
        Assert.Equal(["unsubscribed nobody"], Seen(alice));
        Assert.Equal((Subscription.None, false, false), Item(Alice, "nobody@example.org"));
    }

    [Theory]
    [InlineData("to='bob@elsewhere.example'", "remote-server-not-found")]
    [InlineData("to='example.org'", "service-unavailable")]
    [InlineData("to='alice@example.org'", "not-allowed")]
    [InlineData("to='a@b@c'", "jid-malformed")]
    [InlineData("", "bad-request")]
    public void A_stanza_that_can_go_nowhere_is_refused(string to, string condition)
    {
        var alice = LogIn(Alice, "desk");
        alice.Send($"<presence type='subscribe' {to}/>");
        var error = Assert.Single(Presences(alice));
        Assert.Equal("error", error.Attr("type"));
        Assert.NotNull(error.Child("error")!.Child(condition, Namespaces.StanzaErrors));
        Assert.Empty(Bench.User(Alice).Roster);
    }

    [Fact]
    public void A_blocked_user_leaves_no_trace_when_asking_but_may_still_end_a_subscription()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Bench.User(Bob).Blocked = [Alice];
        alice.Send("<presence type='subscribe' to='bob@example.org'/>");
        Assert.Empty(Presences(bob));
        Assert.Null(Item(Bob, Alice));

        bob.Send("<presence type='subscribe' to='alice@example.org'/>");
        Assert.NotNull(Assert.Single(Presences(bob)).Child("error")!.Child("blocked", Namespaces.BlockingErrors));

        Bench.User(Bob).Blocked = null;
        Befriend(alice, bob);
        Bench.User(Bob).Blocked = [Alice];
        alice.Send("<presence type='unsubscribed' to='bob@example.org'/>");
        Assert.Equal((Subscription.From, false, false), Item(Bob, Alice));
        Assert.Empty(Seen(bob));
        Assert.Equal(["alice from"], Pushed(bob));
    }

    [Fact]
    public void Too_many_requests_of_strangers_are_refused()
    {
        var bob = LogIn(Bob, "phone");
        var rows = Bench.User(Bob).Roster;
        for (var i = 0; i < Presence.Actors.Users.Features.RosterItems.MaxRequests; i++)
        {
            rows[$"s{i}@example.org"] = new RosterRow(bob.UserId, $"s{i}@example.org", Subscription.None, false, true, false, null, [], null);
        }

        var alice = LogIn(Alice, "desk");
        alice.Send("<presence type='subscribe' to='bob@example.org'/>");
        Assert.Equal(["unsubscribed bob"], Seen(alice));
        Assert.Null(Item(Bob, Alice));
    }

    [Fact]
    public void A_long_request_is_kept_without_what_it_says()
    {
        var alice = LogIn(Alice, "desk");
        alice.Send($"<presence type='subscribe' to='bob@example.org'><status>{new string('x', 5000)}</status></presence>");
        var request = Assert.Single(Presences(LogIn(Bob, "phone")));
        Assert.Equal(("subscribe", Alice), (request.Attr("type"), request.Attr("from")));
        Assert.Empty(request.Children);
    }

    [Fact]
    public void What_a_suspended_client_missed_it_gets_once_and_in_order_even_if_everything_died_meanwhile()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        var tablet = LogIn(Bob, "tablet");
        bob.Drop();
        bob.Received.Clear();
        Subscribe(alice, tablet);
        alice.Send("<presence type='unsubscribe' to='bob@example.org'/>");
        alice.Send("<message to='bob@example.org' type='chat'><body>sorry</body></message>");
        alice.RequestAck();
        Assert.Equal(4, alice.AcknowledgedByServer);
        tablet.Acknowledge();
        Bench.Advance(TimeSpan.FromSeconds(2));
        Bench.Crash();
        bob.Resume();
        Assert.Equal(["subscribe alice", "unsubscribe alice"], Seen(bob).Where(s => s.Contains("subscribe", StringComparison.Ordinal)));
        Assert.Equal(["alice from", "alice none"], Pushed(bob));
        Assert.Equal("sorry", Assert.Single(bob.Messages).Child("body")!.Text);
        Assert.Equal(["presence", "iq", "presence", "iq", "message"], bob.Received.Take(5).Select(e => e.Name));

        bob.Acknowledge();
        bob.Drop();
        Bench.Crash();
        bob.Received.Clear();
        bob.Resume();
        Assert.Equal(["unavailable bob", "available bob/tablet"], Seen(bob));
        Assert.Equal(2, bob.Received.Count);
        Assert.DoesNotContain(Bench.Store.State.Users[bob.UserId].Messages.Values, m => (m.Flags & MessageFlags.Verbatim) != 0);
    }

    [Fact]
    public void A_client_that_resumed_after_a_crash_still_gets_pushes()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Bench.Crash();
        alice.Resume();
        bob.Resume();
        alice.Received.Clear();
        bob.Received.Clear();
        Subscribe(alice, bob);
        Assert.Equal(["bob none asked", "bob to"], Pushed(alice));
        Assert.Equal(["alice from"], Pushed(bob));
    }

    /// <summary>The item of the latest roster push.</summary>
    private static XmlElement ItemPushed(BenchClient client) =>
        client.Received.Last(e => e.Name == "iq" && e.Attr("type") == "set").Child("query", Namespaces.Roster)!.Child("item")!;
}

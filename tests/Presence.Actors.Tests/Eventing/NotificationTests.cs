using Xunit;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Who is told what happens on a node, and when (XEP-0163 §4, XEP-0060 §9.2, XEP-0115).</summary>
public class NotificationTests : EventingScene
{
    private const string OfTune = "alice@example.org headline items http://jabber.org/protocol/tune item current=x";

    [Fact]
    public void Only_clients_that_want_to_know_are_told_the_owners_and_those_of_who_sees_its_presence()
    {
        var (desk, phone, mute) = (Interested(Alice, "desk", Tune), Interested(Alice, "phone", Bookmarks), LogIn(Alice, "mute"));
        var (bob, bobMute, carol) = (Interested(Bob, "phone", Tune, Bookmarks), LogIn(Bob, "mute"), Interested(Carol, "phone", Tune));
        Befriend(desk, bob);
        Publish(phone, Tune, Item("current"));
        Assert.Equal([OfTune], Events(desk));
        Assert.Equal([OfTune], Events(bob));
        Assert.All([phone, mute, bobMute, carol], c => Assert.Empty(Events(c)));
        Assert.Equal((bob.FullJid!.ToString(), true), (bob.Messages.Single().Attr("to"), bob.Messages.Single().Attr("id") is not null));
        Publish(desk, Bookmarks, Item("room"), BookmarkOptions);
        Assert.Single(Events(phone));
        Assert.Single(Events(bob));
    }

    [Fact]
    public void Removals_are_told_too()
    {
        var alice = Interested(Alice, "desk", "n");
        Publish(alice, "n", Item("a") + Item("b"), Options("max_items", "5"));
        Retract(alice, "n", "a");
        Asked(alice, Owner("<purge node='n'/>"), type: "set");
        Asked(alice, Owner("<delete node='n'/>"), type: "set");
        Assert.Equal(
            ["items n item a=x item b=x", "items n retract a", "purge n", "delete n"],
            Events(alice).Select(e => e.Replace("alice@example.org headline ", "", StringComparison.Ordinal)));
        Publish(alice, "n", Item("a"), Options("deliver_notifications", "false"));
        Assert.Equal(4, Events(alice).Count());
    }

    [Fact]
    public void Whom_the_owner_does_not_let_see_it_or_who_blocks_it_is_not_told()
    {
        var (alice, bob) = (Interested(Alice, "desk"), Interested(Bob, "phone", Tune));
        alice.Send($"<presence type='subscribe' to='{Bob}'/>");
        bob.Send($"<presence type='subscribed' to='{Alice}'/>");
        Publish(alice, Tune, Item("current"));
        Assert.Empty(Events(bob));

        Befriend(alice, bob);
        Assert.Empty(Events(bob));
        Publish(alice, Tune, Item("current"));
        Assert.Single(Events(bob));
        Asked(bob, $"<block xmlns='urn:xmpp:blocking'><item jid='{Alice}'/></block>", type: "set");
        Publish(alice, Tune, Item("current"));
        Asked(bob, $"<unblock xmlns='urn:xmpp:blocking'><item jid='{Alice}'/></unblock>", type: "set");
        Asked(alice, $"<block xmlns='urn:xmpp:blocking'><item jid='{Bob}'/></block>", type: "set");
        Publish(alice, Tune, Item("current", "secret"));
        Assert.DoesNotContain(Events(bob), e => e.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_client_is_asked_once_for_what_nobody_has_explained_and_only_a_true_explanation_counts_for_others()
    {
        var first = Connect(Alice, "desk");
        first.Send($"<presence>{Caps(Tune)}</presence>");
        var question = Assert.Single(Questions(first));
        Assert.Equal((Alice, first.FullJid!.ToString(), "get"), (question.Attr("from"), question.Attr("to"), question.Attr("type")));
        first.Send($"<presence><show>away</show>{Caps(Tune)}</presence>");
        Assert.Single(Questions(first));

        // What does not fit the hash is believed of nobody else.
        Explain(first, Tune, Bookmarks);
        var second = Connect(Bob, "phone");
        second.Send($"<presence>{Caps(Tune)}</presence>");
        Assert.Single(Questions(second));
        Explain(second, Tune);
        var third = Connect(Carol, "phone");
        third.Send($"<presence>{Caps(Tune)}</presence>");
        Assert.Empty(Questions(third));
        Publish(third, Tune, Item("current"));
        Publish(first, Bookmarks, Item("room"));
        Assert.Single(Events(third));
        Assert.Single(Events(first));
    }

    [Fact]
    public void A_client_that_refuses_to_explain_or_says_nothing_is_told_nothing()
    {
        var (alice, plain) = (Connect(Alice, "desk"), LogIn(Alice, "phone"));
        alice.Send($"<presence>{Caps(Tune)}</presence>");
        var id = Questions(alice).Single().Attr("id");
        alice.Send($"<iq type='error' id='{id}' to='{Alice}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        Publish(alice, Tune, Item("current"));
        Assert.Empty(Events(alice));
        Assert.Empty(Events(plain));
        Assert.Empty(Questions(plain));
    }

    [Fact]
    public void A_client_that_comes_is_told_the_last_item_of_its_user_and_of_contacts_also_of_those_who_are_away()
    {
        var (alice, bob) = (Interested(Alice, "desk", Tune), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Publish(alice, Tune, Item("a") + Item("b"), Options("max_items", "5"));
        Publish(alice, "whitelisted", Item("a"), Options("access_model", "whitelist"));
        Publish(alice, "never", Item("a"), Options("send_last_published_item", "never"));
        var wanted = new[] { Tune, "whitelisted", "never", "none" };
        const string Last = "alice@example.org headline items http://jabber.org/protocol/tune item b=x";
        Assert.Equal([Last, "alice@example.org headline items whitelisted item a=x"], Events(Interested(Alice, "tablet", wanted)).Order());
        alice.Close();
        Bench.Crash();
        var late = Interested(Bob, "tablet", wanted);
        Assert.Equal([Last], Events(late));

        // Not again for another presence, but again after having been away.
        late.Send($"<presence><show>away</show>{Caps(wanted)}</presence>");
        Assert.Single(Events(late));
        late.Send("<presence type='unavailable'/>");
        late.Send($"<presence>{Caps(wanted)}</presence>");
        Assert.Equal([Last, Last], Events(late));

        // Nor for what is wanted since: only that.
        late.Send($"<presence>{Caps([.. wanted, Bookmarks])}</presence>");
        Explain(late, [.. wanted, Bookmarks]);
        Assert.Equal(2, Events(late).Count());
    }

    [Fact]
    public void Who_is_let_in_is_told_the_last_item()
    {
        var (alice, bob) = (Interested(Alice, "desk"), Interested(Bob, "phone", Tune));
        Publish(alice, Tune, Item("current"));
        bob.Send($"<presence type='subscribe' to='{Alice}'/>");
        Assert.Empty(Events(bob));
        alice.Send($"<presence type='subscribed' to='{Bob}'/>");
        Assert.Equal([OfTune], Events(bob));
    }

    [Fact]
    public void An_inactive_client_is_spared_contacts_events_but_the_last()
    {
        var (alice, bob) = (Interested(Alice, "desk"), Interested(Bob, "phone", Tune));
        Befriend(alice, bob);
        bob.Active(false);
        Publish(alice, Tune, Item("current", "1"));
        Publish(alice, Tune, Item("current", "2"));
        Assert.Empty(Events(bob));
        alice.Send($"<message to='{Bob}' type='chat'><body>hello</body></message>");
        Assert.Equal(["alice@example.org headline items http://jabber.org/protocol/tune item current=2"], Events(bob));
        Assert.Equal(["hello"], bob.Bodies);
    }

    [Fact]
    public void A_sleeping_device_gets_what_other_devices_changed_and_is_not_woken_for_it()
    {
        var (desk, phone) = (Interested(Alice, "desk"), Interested(Alice, "phone", Bookmarks));
        Asked(phone, "<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>", type: "set");
        phone.Acknowledge();
        phone.Received.Clear();
        phone.Drop();
        Publish(desk, Bookmarks, Item("a", "1"), BookmarkOptions);
        Publish(desk, Bookmarks, Item("a", "2"), BookmarkOptions);
        Publish(desk, Bookmarks, Item("b"), BookmarkOptions);
        Retract(desk, Bookmarks, "b");
        Bench.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(Bench.Pushes);
        Assert.Empty(Bench.Store.State.Users[phone.UserId].Messages);
        phone.Resume();
        Assert.Equal(["item a=2", "retract b"], Events(phone).Select(e => e[(e.IndexOf(Bookmarks, StringComparison.Ordinal) + Bookmarks.Length + 1)..]));
    }

    [Fact]
    public void After_a_crash_a_client_that_resumes_is_asked_again_and_misses_nothing_of_its_user()
    {
        var (desk, phone) = (Interested(Alice, "desk"), Interested(Alice, "phone", Bookmarks));
        Bench.Crash();
        desk.Resume();
        Publish(desk, Bookmarks, Item("a"), BookmarkOptions);
        Publish(desk, Bookmarks, Item("b"), BookmarkOptions);
        phone.Resume();
        Explain(phone, Bookmarks);
        Publish(desk, Bookmarks, Item("c"), BookmarkOptions);
        Assert.Equal(["a", "b", "c"], Events(phone).Select(e => e.Split(' ')[5][..1]));
        Publish(desk, Tune, Item("current"));
        Assert.Equal(3, Events(phone).Count());
    }
}

using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>Which messages wake a phone, and when (sessions.md 5, R10, R49–R54).</summary>
public class PushScenarioTests
{
    private readonly PushBench _bench = new();

    [Fact]
    public void A_disconnected_phone_is_pushed_to_at_once_and_only_after_the_claim_is_committed()
    {
        var phone = _bench.Phone();
        phone.Drop();
        PushOutboxRow? claim = null;
        _bench.Bench.Provider = _ =>
        {
            claim = Assert.Single(_bench.Stored);
            return Routing.PushOutcome.Sent;
        };
        _bench.Write("hello");
        var push = Assert.Single(_bench.Pushes);
        Assert.Equal(PushState.Claimed, claim!.State);
        Assert.Equal(("message", "alice@example.org", 1, 1), (push.Kind, push.Conversation, push.Count, push.Attempt));
        Assert.Equal((PushBench.Service, "node-of-the-phone", PushBench.Bob), (push.Service, push.Node, push.Account));
        Assert.Equal(_bench.Bench.StanzaIds.Encode(push.LatestId), push.StanzaId);
        Assert.Empty(_bench.Stored);
        _bench.Seconds(400);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_phone_in_the_foreground_that_acknowledges_is_left_alone()
    {
        var phone = _bench.Phone();
        _bench.Write("hello");
        _bench.Seconds(4.9);
        phone.Acknowledge();
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
        phone.Drop();
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_connected_phone_that_does_not_acknowledge_is_pushed_to_after_five_seconds(bool active)
    {
        var phone = _bench.Phone();
        phone.Active(active);
        _bench.Write("hello");
        Assert.Single(phone.Bodies);
        _bench.Seconds(4.999);
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Single(_bench.Pushes);
        _bench.Seconds(60);
        phone.Drop();
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void What_a_dead_socket_has_not_taken_is_pushed_when_it_is_found_dead()
    {
        var phone = _bench.Phone();
        _bench.Write("one");
        _bench.Write("two");
        phone.Drop();
        Assert.Equal(2, Assert.Single(_bench.Pushes).Count);
    }

    [Fact]
    public void A_silent_phone_is_sent_nothing_and_pushed_to_at_once()
    {
        var phone = _bench.Phone(hold: true);
        _bench.Seconds(1);
        phone.Active(false);
        _bench.Write("hello");
        Assert.Empty(phone.Bodies);
        Assert.Single(_bench.Pushes);
        phone.Active(true);
        Assert.Equal(["hello"], phone.Bodies);
        phone.Acknowledge();
        _bench.Seconds(400);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void While_the_desktop_is_in_use_the_push_waits_until_it_was_idle_for_300_seconds()
    {
        var (phone, desktop) = PhoneAway();
        _bench.Write("hello");
        desktop.Acknowledge();
        _bench.Seconds(299.999);
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Single(_bench.Pushes);
        Assert.Empty(phone.Bodies);
    }

    [Fact]
    public void A_desktop_idle_for_300_seconds_holds_nothing_back()
    {
        PhoneAway();
        _bench.Seconds(300);
        _bench.Write("hello");
        Assert.Single(_bench.Pushes);
    }

    [Theory]
    [InlineData("<message to='alice@example.org' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='x'/></message>", false)]
    [InlineData("<message to='alice@example.org' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>", false)]
    [InlineData("<message to='alice@example.org' type='chat'><body>answer</body></message>", false)]
    [InlineData("<message to='alice@example.org' type='chat'><received xmlns='urn:xmpp:receipts' id='x'/></message>", true)]
    public void A_waiting_push_is_cancelled_by_use_of_the_desktop_that_has_the_message_only(string stanza, bool pushed)
    {
        var (_, desktop) = PhoneAway();
        _bench.Write("hello");
        desktop.Acknowledge();
        _bench.Seconds(10);
        desktop.Send(stanza);
        Assert.Equal(pushed, _bench.Stored.Count == 1);
        _bench.Seconds(700);
        Assert.Equal(pushed ? 1 : 0, _bench.Pushes.Count);
    }

    [Fact]
    public void A_desktop_that_signs_out_leaves_the_phone_to_be_pushed_to_at_once()
    {
        var (_, desktop) = PhoneAway();
        _bench.Write("hello");
        _bench.Seconds(10);
        desktop.Close();
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_desktop_whose_socket_is_gone_holds_a_push_back_for_a_change_of_networks_only()
    {
        var (_, desktop) = PhoneAway();
        _bench.Write("hello");
        desktop.Drop();
        _bench.Seconds(4.999);
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void The_phone_that_was_used_last_is_pushed_to_though_the_desktop_is_in_use_too()
    {
        var desktop = _bench.Client("desktop");
        _bench.Seconds(1);
        _bench.Phone().Drop();
        _bench.Write("hello");
        Assert.Single(desktop.Bodies);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void Of_two_phones_the_one_used_last_is_told_first()
    {
        var old = _bench.Client("old");
        _bench.Register("old", node: "old");
        _bench.Seconds(1);
        _bench.Phone(node: "new").Drop();
        old.Drop();
        _bench.Seconds(9);
        _bench.Write("hello");
        Assert.Equal("new", Assert.Single(_bench.Pushes).Node);
        _bench.Seconds(292);
        Assert.Equal(["new", "old"], _bench.Pushes.Select(p => p.Node));
    }

    [Fact]
    public void A_late_acknowledgement_cancels_a_push_that_waits()
    {
        var (phone, _) = PhoneAway();
        _bench.Write("hello");
        _bench.Seconds(10);
        Assert.IsType<Routing.ResumedOutput>(phone.Resume());
        Assert.Single(_bench.Stored);
        phone.Acknowledge();
        Assert.Empty(_bench.Stored);
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
    }

    [Fact]
    public void A_call_at_the_desktop_lets_messages_through_to_the_phone()
    {
        var (_, desktop) = PhoneAway();
        desktop.Send("<message to='alice@example.org/a' type='chat'><proceed xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
        _bench.Write("during");
        Assert.Single(_bench.Pushes);
        desktop.Send("<message to='alice@example.org/a' type='chat'><finish xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
        _bench.Write("after");
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_call_the_desktop_made_counts_from_when_it_is_taken_until_either_side_ends_it()
    {
        PhoneAway();
        _bench.Write("before");
        Assert.Empty(_bench.Pushes);
        _bench.Alice.Send("<message to='bob@example.org/desktop' type='chat'><proceed xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
        Assert.Single(_bench.Pushes);
        _bench.Alice.Send("<message to='bob@example.org/desktop' type='chat'><finish xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
        _bench.Write("after");
        Assert.Single(_bench.Pushes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_phone_that_hides_is_pushed_to_when_its_socket_goes_unless_it_showed_itself_before(bool shown)
    {
        var phone = _bench.Phone();
        phone.Send("<presence type='unavailable'/>");
        phone.Acknowledge();
        _bench.Write("hello");
        _bench.Seconds(60);
        Assert.Empty(_bench.Pushes);
        if (shown)
        {
            phone.Send("<presence/>");
            Assert.Equal(["hello"], phone.Bodies);
            phone.Acknowledge();
        }

        phone.Drop();
        Assert.Equal(shown ? 0 : 1, _bench.Pushes.Count);
    }

    [Fact]
    public void What_a_hidden_phone_was_not_shown_is_pushed_though_another_client_still_lacks_it()
    {
        var phone = _bench.Phone();
        _bench.Client("desktop");
        _bench.Seconds(301);
        phone.Send("<presence type='unavailable'/>");
        _bench.Write("hello");
        Assert.Empty(_bench.Pushes);
        phone.Drop();
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_desktop_in_use_that_is_not_shown_the_message_holds_nothing_back()
    {
        PhoneAway();
        _bench.Write("for the phone", PushBench.Bob + "/phone");
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void Use_of_a_client_that_was_not_sent_the_message_delays_the_push_and_does_not_cancel_it()
    {
        _bench.Phone(node: "first").Drop();
        _bench.Seconds(20);
        var second = _bench.Client("second");
        _bench.Register("second", hold: true, node: "second");
        second.Active(false);
        _bench.Write("hello");
        Assert.Equal("second", Assert.Single(_bench.Pushes).Node);
        _bench.Seconds(10);
        second.Send("<message to='alice@example.org' type='chat'><body>about something else</body></message>");
        _bench.Seconds(299.999);
        Assert.Single(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Equal("first", _bench.Pushes[1].Node);
    }

    [Fact]
    public void A_call_rings_the_phone_beside_the_desktop_in_use()
    {
        PhoneAway();
        _bench.Alice.Send("<message to='bob@example.org' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c1'/><store xmlns='urn:xmpp:hints'/></message>");
        var push = Assert.Single(_bench.Pushes);
        Assert.Equal(("call", "alice@example.org"), (push.Kind, push.Conversation));
    }

    [Theory]
    [InlineData("<message to='bob@example.org' type='chat'><received xmlns='urn:xmpp:receipts' id='x'/></message>")]
    [InlineData("<message to='bob@example.org' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='x'/></message>")]
    [InlineData("<message to='bob@example.org' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>")]
    [InlineData("<message to='bob@example.org' type='error'><body>x</body></message>")]
    [InlineData("<message to='bob@example.org' type='headline'><body>x</body></message>")]
    public void What_is_no_message_wakes_nobody(string stanza)
    {
        _bench.Phone().Drop();
        _bench.Alice.Send(stanza);
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
    }

    [Theory]
    [InlineData("<body>better words</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>")]
    [InlineData("<encrypted xmlns='eu.siacs.conversations.axolotl'/><replace xmlns='urn:xmpp:message-correct:0' id='m1'/><store xmlns='urn:xmpp:hints'/>")]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>x</reaction></reactions>")]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'/><body>x</body><fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reactions:0'/>")]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='other'/><body>/me retracted</body><fallback xmlns='urn:xmpp:fallback:0'/>")]
    public void What_only_changes_a_message_wakes_nobody_again(string content)
    {
        _bench.Phone().Drop();
        _bench.Alice.Send("<message to='bob@example.org' type='chat' id='m1'><body>words</body></message>");
        Assert.Single(_bench.Pushes);
        _bench.Alice.Send($"<message to='bob@example.org' type='chat' id='m2'>{content}</message>");
        _bench.Seconds(400);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_push_that_waits_is_called_off_when_its_message_is_taken_back()
    {
        PhoneAway();
        Said("m1");
        Assert.Single(_bench.Stored);
        TakenBack("m1");
        Assert.Empty(_bench.Stored);
        _bench.Seconds(700);
        Assert.Empty(_bench.Pushes);
    }

    [Theory]
    [InlineData("m1", 2)]
    [InlineData("m2", 1)]
    public void A_push_that_waits_tells_of_the_messages_that_are_left(string takenBack, int latest)
    {
        PhoneAway();
        Said("m1");
        Said("m2");
        Assert.Equal(2, Assert.Single(_bench.Stored).Count);
        var ids = _bench.Bench.Store.State.Users[_bench.User.UserId].Messages.Keys.ToList();
        TakenBack(takenBack);
        _bench.Crash();
        _bench.Seconds(700);
        var push = Assert.Single(_bench.Pushes);
        Assert.Equal((1, ids[latest - 1]), (push.Count, push.LatestId));
    }

    [Fact]
    public void A_message_that_had_its_push_gets_none_again_when_a_later_one_is_taken_back()
    {
        var (phone, desktop) = PhoneAway();
        _bench.Seconds(301);
        Said("m1");
        Assert.Single(_bench.Pushes);
        desktop.Send("<presence/>");
        Said("m2");
        Assert.Equal(1, Assert.Single(_bench.Stored).Count);
        TakenBack("m2");
        _bench.Seconds(700);
        Assert.Single(_bench.Pushes);
        Assert.Empty(phone.Bodies);
    }

    [Fact]
    public void A_message_that_had_its_push_gets_none_again_when_two_later_ones_are_taken_back()
    {
        var (_, desktop) = PhoneAway();
        _bench.Seconds(301);
        Said("m1");
        Assert.Single(_bench.Pushes);
        desktop.Send("<presence/>");
        Said("m2");
        Said("m3");
        Assert.Equal(2, Assert.Single(_bench.Stored).Count);
        TakenBack("m2");
        TakenBack("m3");
        _bench.Seconds(700);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_client_back_before_it_counts_as_gone_writes_its_resume_only()
    {
        var phone = _bench.Phone();
        phone.Drop();
        Assert.Equal(SessionPhase.Attached, Stored(phone).Phase);
        phone.Resume();
        Assert.Equal((SessionPhase.Attached, 2L), (Stored(phone).Phase, Stored(phone).Connection));
        phone.Drop();
        _bench.Seconds(5);
        Assert.Equal((SessionPhase.Disconnected, 2L), (Stored(phone).Phase, Stored(phone).Connection));
    }

    private SessionRow Stored(BenchClient client) => _bench.Bench.Store.State.Users[client.UserId].Sessions.Values.Single(s => s.SessionNo == _bench.User.SessionOf("phone")!.No);

    [Fact]
    public void A_push_whose_provider_failed_is_not_repeated_for_a_message_that_was_taken_back()
    {
        _bench.Bench.Provider = _ => Routing.PushOutcome.Retry;
        _bench.Phone().Drop();
        Said("m1");
        Assert.Single(_bench.Pushes);
        TakenBack("m1");
        _bench.Seconds(700);
        Assert.Single(_bench.Pushes);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_push_whose_answer_was_lost_goes_on_with_what_is_left()
    {
        _bench.Bench.Provider = _ => null;
        _bench.Phone().Drop();
        Said("m1");
        Said("m2");
        TakenBack("m2");
        _bench.Bench.Provider = _ => Routing.PushOutcome.Sent;
        _bench.Crash();
        _bench.Seconds(10);
        Assert.Equal([1, 1], _bench.Pushes.Select(p => p.Count));
        Assert.Equal(_bench.Pushes[0].LatestId, _bench.Pushes[1].LatestId);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_reply_wakes_the_phone_like_any_message()
    {
        _bench.Phone().Drop();
        _bench.Alice.Send("<message to='bob@example.org' type='chat'><body>yes</body><reply xmlns='urn:xmpp:reply:0' to='bob@example.org' id='m1'/></message>");
        Assert.Single(_bench.Pushes);
    }

    [Theory]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='x'/>")]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='x'/>")]
    public void Reacting_to_a_message_and_taking_one_back_are_use_of_a_client(string content)
    {
        var (_, desktop) = PhoneAway();
        _bench.Write("hello");
        desktop.Acknowledge();
        _bench.Seconds(10);
        desktop.Send($"<message to='alice@example.org' type='chat'>{content}</message>");
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_muted_conversation_wakes_its_device_no_more_until_it_is_unmuted()
    {
        var phone = _bench.Phone();
        Mute(phone, "ALICE@example.org/desk");
        phone.Acknowledge();
        phone.Drop();
        _bench.Write("psst");
        _bench.Alice.Send("<message to='bob@example.org' type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c1'/></message>");
        _bench.Crash();
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
        phone.Resume();
        Assert.Equal(["psst"], phone.Bodies);
        Mute(phone);
        phone.Acknowledge();
        phone.Drop();
        _bench.Write("hello");
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void Muting_is_of_one_device_and_one_conversation_and_calls_off_a_push_that_waits()
    {
        var (phone, _) = PhoneAway();
        _bench.Write("hello");
        Assert.Single(_bench.Stored);
        phone.Resume();
        Mute(phone, "carol@example.org", "alice@example.org");
        Assert.Empty(_bench.Stored);
        var tablet = _bench.Client("tablet");
        _bench.Register("tablet", node: "tablet");
        tablet.Drop();
        phone.Drop();
        _bench.Write("again");
        _bench.Seconds(400);
        Assert.All(_bench.Pushes, push => Assert.Equal("tablet", push.Node));
        Assert.NotEmpty(_bench.Pushes);
    }

    [Fact]
    public void Messages_sent_from_another_client_of_the_user_wake_nobody()
    {
        var phone = _bench.Phone();
        phone.Send("<iq type='set' id='c'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
        _bench.User.SessionOf("phone")!.Carbons = true;
        phone.Drop();
        var desktop = _bench.Client("desktop");
        desktop.Send("<message to='alice@example.org' type='chat'><body>mine</body></message>");
        desktop.Send("<message to='bob@example.org' type='chat'><body>note to self</body></message>");
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
    }

    [Fact]
    public void Blocking_the_sender_cancels_a_push_that_waits()
    {
        PhoneAway();
        _bench.Write("hello");
        Assert.Single(_bench.Stored);
        _bench.Put(new JidBlocked(_bench.User.UserId, "alice@example.org"));
        _bench.Write("again");
        _bench.Seconds(400);
        Assert.Empty(_bench.Pushes);
        Assert.Empty(_bench.Stored);
    }

    private void Said(string id) => _bench.Alice.Send($"<message to='bob@example.org' type='chat' id='{id}'><body>{id}</body></message>");

    private void TakenBack(string id) =>
        _bench.Alice.Send($"<message to='bob@example.org' type='chat' id='r'><retract xmlns='urn:xmpp:message-retract:1' id='{id}'/></message>");

    private static void Mute(Presence.Tests.Shared.BenchClient phone, params string[] muted)
    {
        var values = string.Concat(muted.Select(jid => $"<value>{jid}</value>"));
        var answer = phone.Ask($"<iq type='set' id='mute'><enable xmlns='urn:xmpp:push:0' jid='{PushBench.Service}' node='node-of-the-phone'>" +
            "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:presence:push:0</value></field>" +
            $"<field var='muted'>{values}</field></x></enable></iq>");
        Assert.Equal("result", answer.Attr("type"));
    }

    private (Presence.Tests.Shared.BenchClient Phone, Presence.Tests.Shared.BenchClient Desktop) PhoneAway()
    {
        var phone = _bench.Phone();
        phone.Drop();
        _bench.Seconds(20);
        return (phone, _bench.Client("desktop"));
    }
}

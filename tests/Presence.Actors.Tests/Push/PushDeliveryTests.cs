using Presence.Actors.Users;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>From the claim to the provider's answer: joined, repeated, given up, and over the death of an owner (cluster-protocol 7.7, R77, R80, R189).</summary>
public class PushDeliveryTests
{
    private static readonly SessionOptions s_shortLife = new() { LifeWithPush = TimeSpan.FromMinutes(10) };
    private readonly PushBench _bench = new();

    [Fact]
    public void A_push_claimed_by_an_owner_that_died_leaves_again_under_its_id()
    {
        _bench.Bench.Provider = _ => null;
        _bench.Phone().Drop();
        _bench.Write("hello");
        Assert.Single(_bench.Pushes);
        _bench.Seconds(60);
        Assert.Single(_bench.Pushes);

        _bench.Bench.Provider = _ => PushOutcome.Sent;
        _bench.Crash();
        Assert.Equal(2, _bench.Pushes.Count);
        Assert.Equal(_bench.Pushes[0].PushId, _bench.Pushes[1].PushId);
        Assert.Equal(2, _bench.Pushes[1].Attempt);
        _bench.Crash();
        _bench.Seconds(400);
        Assert.Equal(2, _bench.Pushes.Count);
    }

    [Fact]
    public void A_claimed_push_does_not_leave_again_once_the_phone_has_the_message()
    {
        _bench.Bench.Provider = _ => null;
        var phone = _bench.Phone();
        phone.Drop();
        _bench.Write("hello");
        phone.Resume();
        phone.Acknowledge();
        _bench.Seconds(2);
        _bench.Crash();
        _bench.Seconds(10);
        Assert.Single(_bench.Pushes);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_push_that_waits_for_the_desktop_outlives_its_owner_and_leaves_at_its_time()
    {
        _bench.Phone().Drop();
        _bench.Seconds(20);
        var desktop = _bench.Client("desktop");
        desktop.Send("<message to='alice@example.org' type='chat'><body>at work</body></message>");
        _bench.Seconds(1);
        _bench.Write("hello");
        _bench.Seconds(100);
        _bench.Crash();
        desktop.Resume();
        _bench.Seconds(198.999);
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_phone_connected_when_the_owner_died_has_five_seconds_to_come_back()
    {
        var phone = _bench.Phone();
        _bench.Write("hello");
        _bench.Crash();
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(4.999);
        Assert.Empty(_bench.Pushes);
        phone.Resume();
        phone.Acknowledge();
        _bench.Seconds(60);
        Assert.Empty(_bench.Pushes);
    }

    [Fact]
    public void A_phone_that_does_not_come_back_after_the_owner_died_is_pushed_to()
    {
        _bench.Phone();
        _bench.Write("hello");
        _bench.Crash();
        _bench.Seconds(5);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void An_owner_that_dies_while_it_waits_for_the_phone_leaves_that_to_the_next()
    {
        _bench.Phone();
        _bench.Write("hello");
        _bench.Crash();
        _bench.Seconds(3);
        _bench.Crash();
        _bench.Seconds(4.999);
        Assert.Empty(_bench.Pushes);
        _bench.Seconds(0.001);
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void What_was_acknowledged_at_a_resume_waits_for_no_device_after_a_crash()
    {
        var phone = _bench.Phone();
        _bench.Write("hello");
        phone.Drop();
        phone.Resume();
        _bench.Crash();
        Assert.Empty(_bench.User.Backlog);
    }

    [Fact]
    public void Messages_that_wait_or_come_while_a_push_is_on_its_way_make_one_push()
    {
        _bench.Bench.Provider = _ => null;
        _bench.Phone().Drop();
        _bench.Write("1");
        _bench.Write("2");
        _bench.Write("3");
        var first = Assert.Single(_bench.Pushes);
        Assert.Equal(3, Assert.Single(_bench.Stored).Count);

        _bench.Bench.Provider = _ => PushOutcome.Sent;
        _bench.Bench.Input(new PushDoneInput(first.UserId, first, PushOutcome.Sent));
        Assert.Equal(2, _bench.Pushes.Count);
        Assert.Equal(2, _bench.Pushes[1].Count);
        Assert.NotEqual(first.PushId, _bench.Pushes[1].PushId);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void Every_message_is_told_of_once_per_device()
    {
        _bench.Phone(node: "phone").Drop();
        _bench.Register("none", node: "tablet");
        for (var i = 0; i < 20; i++)
        {
            _bench.Write($"{i}");
        }

        // The tablet waits while the phone, which is told at once, was used last.
        _bench.Seconds(300);
        Assert.Equal(20, _bench.Pushes.Where(p => p.Node == "phone").Sum(p => p.Count));
        Assert.Equal(20, _bench.Pushes.Where(p => p.Node == "tablet").Sum(p => p.Count));
        Assert.Equal(_bench.Pushes.Count, _bench.Pushes.Select(p => p.PushId).Distinct().Count());
    }

    [Fact]
    public void A_busy_provider_is_asked_again_at_growing_distance_with_the_same_id()
    {
        var times = new List<long>();
        _bench.Bench.Provider = p =>
        {
            times.Add(_bench.Bench.Now);
            return p.Attempt < 11 ? PushOutcome.Retry : PushOutcome.Sent;
        };
        _bench.Phone().Drop();
        _bench.Write("hello");
        _bench.Seconds(3600);
        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 300, 300], times.Zip(times.Skip(1), (a, b) => (b - a) / 1000));
        Assert.Single(_bench.Pushes.Select(p => p.PushId).Distinct());
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_push_for_which_there_is_no_room_is_offered_again_at_the_same_distance_however_often()
    {
        var times = new List<long>();
        _bench.Bench.Provider = _ =>
        {
            times.Add(_bench.Bench.Now);
            return times.Count < 11 ? PushOutcome.Busy : PushOutcome.Sent;
        };
        _bench.Phone().Drop();
        _bench.Write("hello");
        _bench.Seconds(60);
        Assert.Equal(Enumerable.Repeat(2L, 10), times.Zip(times.Skip(1), (a, b) => (b - a) / 1000));
        Assert.InRange(_bench.Pushes[^1].Attempt, 1, 2);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_message_that_joins_a_push_to_be_tried_again_does_not_hurry_it()
    {
        _bench.Bench.Provider = p => p.Attempt == 1 ? PushOutcome.Retry : PushOutcome.Sent;
        _bench.Phone().Drop();
        _bench.Write("1");
        _bench.Write("2");
        Assert.Single(_bench.Pushes);
        _bench.Seconds(2);
        Assert.Equal(2, _bench.Pushes.Count);
        Assert.Equal(2, _bench.Pushes[1].Count);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void An_acknowledgement_ends_the_repeats()
    {
        _bench.Bench.Provider = _ => PushOutcome.Retry;
        var phone = _bench.Phone();
        phone.Drop();
        _bench.Write("hello");
        phone.Resume();
        phone.Acknowledge();
        _bench.Seconds(700);
        Assert.Single(_bench.Pushes);
        Assert.Empty(_bench.Stored);
    }

    [Fact]
    public void A_dead_address_is_pushed_to_no_more_until_it_is_registered_anew()
    {
        _bench.Bench.Provider = _ => PushOutcome.Gone;
        _bench.Phone().Drop();
        _bench.Write("1");
        Assert.NotNull(_bench.Registration.DisabledReason);
        Assert.Empty(_bench.Stored);
        _bench.Write("2");
        _bench.Seconds(400);
        Assert.Single(_bench.Pushes);

        _bench.Bench.Provider = _ => PushOutcome.Sent;
        _bench.Put(new PushRegistered(_bench.Registration with { DisabledReason = null }));
        _bench.Write("3");
        Assert.Equal(2, _bench.Pushes[1].Count);
    }

    [Fact]
    public void A_silent_client_whose_address_died_gets_by_its_socket_what_was_held()
    {
        _bench.Bench.Provider = _ => PushOutcome.Gone;
        var phone = _bench.Phone(hold: true);
        phone.Active(false);
        _bench.Write("1");
        _bench.Write("2");
        Assert.Equal(["1", "2"], phone.Bodies);
    }

    [Fact]
    public void A_late_or_repeated_answer_changes_nothing()
    {
        _bench.Bench.Provider = _ => PushOutcome.Sent;
        _bench.Phone().Drop();
        _bench.Write("1");
        var first = _bench.Pushes[0];
        _bench.Bench.Provider = _ => null;
        _bench.Write("2");
        _bench.Bench.Input(new PushDoneInput(first.UserId, first, PushOutcome.Gone));
        Assert.Null(_bench.Registration.DisabledReason);
        Assert.Equal(PushState.Claimed, Assert.Single(_bench.Stored).State);
        Assert.Equal(2, _bench.Pushes.Count);
    }

    [Fact]
    public void A_registration_whose_session_is_gone_is_pushed_to_and_survives_a_crash()
    {
        _bench.Register("none");
        _bench.Write("1");
        Assert.Single(_bench.Pushes);
        _bench.Crash();
        _bench.Seconds(60);
        Assert.Single(_bench.Pushes);
        _bench.Write("2");
        Assert.Equal([1, 1], _bench.Pushes.Select(p => p.Count));
    }

    [Fact]
    public void Logging_out_ends_the_pushes_of_the_own_form_only()
    {
        _bench.Phone(ownForm: true).Close();
        _bench.Write("1");
        Assert.Empty(_bench.Pushes);
        _bench.Phone().Close();
        _bench.Write("2");
        Assert.Single(_bench.Pushes);
    }

    [Fact]
    public void A_session_that_expires_with_unread_messages_says_so_once()
    {
        var bench = new PushBench(s_shortLife);
        bench.Phone().Drop();
        bench.Write("1");
        bench.Write("2");
        bench.Seconds(601);
        var last = bench.Pushes[^1];
        Assert.Equal(("terminated", PushBench.Bob, 2), (last.Kind, last.Conversation, last.Count));
        Assert.Single(bench.Pushes, p => p.Kind == "terminated");
        Assert.Empty(bench.Stored);
        Assert.Empty(bench.User.Sessions);
    }

    [Fact]
    public void A_session_that_expires_with_nothing_unread_says_nothing()
    {
        var bench = new PushBench(s_shortLife);
        bench.Phone().Drop();
        bench.Seconds(601);
        Assert.Empty(bench.Pushes);
        Assert.Empty(bench.User.Sessions);
    }
}

using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Availability;

/// <summary>What contacts see of a suspended client (sessions.md 2.5, 3.2) and what a client sees that comes back after a crash (2.4).</summary>
public class AwayTests : Neighbours
{
    private readonly BenchClient _alice;
    private readonly BenchClient _phone;

    public AwayTests()
    {
        _alice = LogIn(Alice, "desk", resumable: false);
        _phone = LogIn(Bob, "phone", "<presence><status>hello</status><priority>7</priority></presence>");
        Befriend(_alice, _phone);
        RegisterPush(_phone);
    }

    [Fact]
    public void A_phone_shows_away_after_fifteen_seconds_and_itself_five_after_the_resume()
    {
        _phone.Drop();
        Bench.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(Presences(_alice));
        Bench.Advance(TimeSpan.FromSeconds(1));
        var away = Assert.Single(Presences(_alice));
        Assert.Equal(("away", "hello", "7"), (away.Child("show")!.Text, away.Child("status")!.Text, away.Child("priority")!.Text));

        Assert.IsType<ResumedOutput>(_phone.Resume());
        Bench.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Single(Presences(_alice));
        Bench.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["away bob/phone", "available bob/phone"], Seen(_alice));
    }

    [Fact]
    public void Saying_active_restores_at_once()
    {
        Suspend();
        _phone.Resume();
        _phone.Active(true);
        Assert.Equal(["away bob/phone", "available bob/phone"], Seen(_alice));
        Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, Presences(_alice).Count());
    }

    [Fact]
    public void A_phone_that_only_fetches_and_sleeps_again_does_not_flap()
    {
        Suspend();
        _phone.Resume();
        Bench.Advance(TimeSpan.FromSeconds(1));
        _phone.Active(false);
        Bench.Advance(TimeSpan.FromSeconds(60));
        _phone.Drop();
        Bench.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["away bob/phone"], Seen(_alice));
    }

    [Fact]
    public void A_new_presence_of_the_client_ends_it()
    {
        Suspend();
        _phone.Resume();
        _phone.Send("<presence><show>chat</show></presence>");
        Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["away bob/phone", "chat bob/phone"], Seen(_alice));
    }

    [Theory]
    [InlineData("dnd")]
    [InlineData("xa")]
    [InlineData("away")]
    public void What_says_more_than_away_stays(string show)
    {
        _phone.Send($"<presence><show>{show}</show></presence>");
        Suspend();
        Assert.True(Session(_phone).Away);
        Assert.Equal([$"{show} bob/phone"], Seen(LogIn(Alice, "tablet")).Where(s => s.Contains("bob", StringComparison.Ordinal)));
        _phone.Resume();
        Bench.Advance(TimeSpan.FromSeconds(10));
        Assert.False(Session(_phone).Away);
        Assert.DoesNotContain(Seen(_alice), s => s.Contains("bob", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_comes_meanwhile_is_shown_away_too()
    {
        Suspend();
        Assert.Contains("away bob/phone", Seen(LogIn(Alice, "tablet")));
        Assert.Contains("away bob/phone", Seen(LogIn(Bob, "desk")));
    }

    [Fact]
    public void A_client_without_push_shows_what_it_showed()
    {
        Bench.User(Bob).Registrations.Clear();
        _phone.Drop();
        Bench.Advance(TimeSpan.FromSeconds(60));
        Assert.Empty(Presences(_alice));
    }

    [Fact]
    public void It_can_be_turned_off()
    {
        var world = new Quiet();
        Assert.Empty(world.SeenOfSuspended());
    }

    [Fact]
    public void A_silent_client_shows_away_at_once_and_a_merely_inactive_one_does_not()
    {
        _phone.Active(false);
        Assert.Empty(Presences(_alice));
        _phone.Active(true);
        Session(_phone).Hold = true;
        _phone.Active(false);
        Assert.Equal(["away bob/phone"], Seen(_alice));
        _phone.Active(true);
        Assert.Equal(["away bob/phone", "available bob/phone"], Seen(_alice));
    }

    [Fact]
    public void A_silent_client_that_sends_presence_is_still_away()
    {
        Session(_phone).Hold = true;
        _phone.Active(false);
        _phone.Send("<presence><status>in my pocket</status><idle xmlns='urn:xmpp:idle:1' since='2023-11-14T22:00:00Z'/></presence>");
        Assert.Equal(["away bob/phone", "away bob/phone"], Seen(_alice));
        Assert.Equal("in my pocket", Presences(_alice).Last().Child("status")!.Text);
        _phone.Active(true);
        Assert.Equal("available bob/phone", Seen(_alice).Last());
    }

    [Fact]
    public void Away_survives_a_crash_and_ends_with_the_resume()
    {
        Suspend();
        Bench.Crash();
        var alice = LogIn(Alice, "tablet");
        Assert.Contains("away bob/phone", Seen(alice));
        _phone.Resume();
        Bench.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("available bob/phone", Seen(alice).Last());
        Assert.Equal("hello", Presences(alice).Last().Child("status")!.Text);
    }

    [Fact]
    public void After_a_crash_a_client_is_told_afresh_who_is_there_and_who_is_not()
    {
        var carol = LogIn(Carol, "desk", resumable: false);
        Befriend(_phone, carol);
        LogIn(Bob, "desk", "<presence><show>xa</show></presence>");
        LogIn(Bob, "web", resumable: false);
        Bench.Crash();
        LogIn(Alice, "tablet", "<presence><show>dnd</show></presence>");
        _phone.Received.Clear();
        Assert.IsType<ResumedOutput>(_phone.Resume());

        // Carol has gone with the crash, and so has Bob's own other client; Alice is there with another resource than before.
        Assert.Equal(["unavailable carol"], Seen(_phone).Where(s => s.EndsWith("carol", StringComparison.Ordinal)));
        Assert.Equal(["unavailable bob", "xa bob/desk"], Seen(_phone).Where(s => s.Contains("bob", StringComparison.Ordinal)));
        Assert.Equal(["unavailable alice", "dnd alice/tablet"], Seen(_phone).Where(s => s.Contains("alice", StringComparison.Ordinal)).TakeLast(2));
    }

    [Fact]
    public void A_resume_without_a_crash_asks_nobody()
    {
        _phone.Drop();
        _phone.Resume();
        Assert.Empty(Presences(_phone));
    }

    private void Suspend()
    {
        _alice.Received.Clear();
        _phone.Drop();
        Bench.Advance(TimeSpan.FromSeconds(15));
    }

    private sealed class Quiet() : Neighbours(new SessionOptions { AwayWhenSuspended = false })
    {
        public IEnumerable<string> SeenOfSuspended()
        {
            var (alice, phone) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
            Befriend(alice, phone);
            RegisterPush(phone);
            phone.Drop();
            Bench.Advance(TimeSpan.FromSeconds(60));
            return Seen(alice);
        }
    }
}

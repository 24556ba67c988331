using Presence.Actors.Tests.Push;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>How many sessions a user may have, and which one goes when there is one too many (sessions.md 2.3, 2.7).</summary>
public class SessionLimitTests
{
    private const string Bob = "bob@example.org";

    private static readonly int Most = new SessionOptions().MaxSessions;

    private readonly PushBench _scene = new();

    [Fact]
    public void Clients_that_lost_their_connections_do_not_lock_their_user_out()
    {
        var lost = Connect(Most);
        foreach (var client in lost)
        {
            _scene.Bench.Advance(TimeSpan.FromSeconds(1));
            client.Drop();
        }

        _scene.Write("for all of them");
        var one = _scene.Bench.Connect(Bob, "one more").Enable();
        Assert.NotNull(one.FullJid);
        Assert.Equal(Most, _scene.User.Sessions.Count);

        // The one that was away longest went, as if it had expired: its client learns its h and binds anew, and what it had not read waits for the next.
        Assert.Equal(0, Assert.IsType<ResumeRefusedOutput>(lost[0].Resume()).H);
        Assert.All(lost[1..], client => Assert.IsType<ResumedOutput>(client.Resume()));
        one.Send("<presence/>");
        Assert.Equal(["for all of them"], one.Bodies);
    }

    [Fact]
    public void A_phone_that_sleeps_with_push_keeps_its_place_before_clients_without()
    {
        var phone = _scene.Phone();
        phone.Drop();
        _scene.Seconds(60);
        Connect(Most - 1).ForEach(client => client.Drop());
        Connect(3, "later").ForEach(client => Assert.NotNull(client.FullJid));
        Assert.IsType<ResumedOutput>(phone.Resume());
    }

    [Fact]
    public void A_session_that_made_room_with_unread_messages_says_so_by_a_push()
    {
        var phone = _scene.Phone();
        phone.Drop();
        _scene.Write("unread");
        var pushes = _scene.Pushes.Count;
        Connect(Most);
        Assert.Equal("terminated", Assert.Single(_scene.Pushes.Skip(pushes)).Kind);
    }

    [Fact]
    public void With_every_place_taken_by_a_connected_client_one_more_is_refused()
    {
        Connect(Most);
        var refused = _scene.Bench.Connect(Bob, "one more");
        Assert.Equal(StanzaErrorCondition.ResourceConstraint, Assert.IsType<BindRefusedOutput>(Assert.Single(refused.Controls)).Condition);
        Assert.NotNull(_scene.Bench.Connect(Bob, "r0").FullJid);
        Assert.Equal(Most, _scene.User.Sessions.Count);
    }

    [Fact]
    public void Ten_ended_sessions_are_remembered_and_no_more_also_after_a_crash()
    {
        var ended = Connect(11);
        foreach (var client in ended)
        {
            client.Send("<presence/>");
            _scene.Bench.Advance(TimeSpan.FromSeconds(1));
            client.Close();
        }

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(10, _scene.User.Tombstones.Count);
            Assert.Null(Assert.IsType<ResumeRefusedOutput>(ended[0].Resume()).H);
            Assert.All(ended[1..], client => Assert.Equal(1, Assert.IsType<ResumeRefusedOutput>(client.Resume()).H));
            _scene.Crash();
        }
    }

    [Fact]
    public void A_count_above_32_bits_is_told_by_its_low_half_at_the_owner_too()
    {
        const long Far = (3L << 32) - 2;
        var phone = _scene.Client("phone");
        var session = _scene.User.SessionOf("phone")!;
        (session.OutSeq, session.Acked, session.AckedDurably) = (Far, Far, Far);
        phone.Count(Far);
        for (var i = 0; i < 4; i++)
        {
            _scene.Write($"{i}");
        }

        phone.Acknowledge();
        Assert.Equal(Far + 4, session.Acked);
        Assert.Empty(session.Unacked!);
        _scene.Write("4");
        phone.Drop();
        Assert.IsType<ResumedOutput>(phone.Resume(Far + 4));
        Assert.Equal(["0", "1", "2", "3", "4", "4"], phone.Bodies);
        Assert.Equal(Far + 5, phone.Numbers[^1]);
        _scene.Crash();
        Assert.IsType<ResumedOutput>(phone.Resume());
        phone.Acknowledge();

        // Presence told afresh after the crash may be among what it counted.
        Assert.InRange(phone.H, Far + 5, long.MaxValue);
        Assert.Equal(phone.H, _scene.User.SessionOf("phone")!.Acked);
    }

    private List<BenchClient> Connect(int count, string prefix = "r") =>
        [.. Enumerable.Range(0, count).Select(i => _scene.Bench.Connect(Bob, $"{prefix}{i}").Enable())];
}

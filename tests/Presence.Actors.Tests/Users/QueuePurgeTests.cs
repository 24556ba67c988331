using Presence.Actors.Admin;
using Presence.Actors.Tests.Iq;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>An operator empties what waits: for one session, which then goes on where its client counts, or for a user, to whom the archive remains.</summary>
public class QueuePurgeTests : Scene
{
    [Fact]
    public void A_session_forgets_what_it_lacks_and_counts_on_with_its_client()
    {
        var (alice, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "desk"));
        Send(bob, "sent");
        alice.Drop();
        Send(bob, "waits");
        Send(bob, "waits too");

        Assert.Equal(3, Purge("phone").Messages);

        alice.Received.Clear();
        alice.Numbers.Clear();
        alice.Resume();
        Assert.Empty(alice.Bodies);
        Send(bob, "new");
        Assert.Equal(["new"], alice.Bodies);
        Assert.Equal(alice.H, alice.Numbers[^1]);
        Assert.Equal(["sent", "waits", "waits too"], LogIn(Alice, "tablet").Bodies.Where(b => b != "new"));
    }

    [Fact]
    public void After_a_crash_the_purged_session_is_the_same()
    {
        var (alice, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "desk"));
        Send(bob, "sent");
        alice.Drop();
        Send(bob, "waits");
        Purge("phone");
        var (id, h) = (alice.SmId!, alice.H);
        Bench.Crash();
        var user = Bench.User(Alice);
        var session = Assert.Single(user.Sessions);
        Assert.Equal((id, user.LastId, null), (session.SmId, session.Cursor, session.Unacked));
        Assert.True(h >= session.Acked);
    }

    [Fact]
    public void For_a_user_nothing_waits_any_more_and_the_archive_keeps_what_it_shows()
    {
        var bob = LogIn(Bob, "desk");
        Send(bob, "archived");
        bob.Send($"<message to='{Alice}' type='chat'><body>not archived</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>");
        Assert.Equal(2, Rows().Count);

        var counts = Purge(null);

        Assert.Equal((2, true), (counts.Messages, counts.Bytes > 100));
        Assert.Equal(MessageFlags.Visible, Assert.Single(Rows()).Flags & MessageFlags.Visible);
        Bench.Crash();
        Assert.Empty(LogIn(Alice, "phone").Bodies);
        Assert.Equal(0, Bench.User(Alice).BacklogBytes);
        Assert.Equal(0, Purge(null).Messages);
    }

    [Fact]
    public void What_is_on_its_way_to_a_connected_client_is_not_taken_back()
    {
        var (alice, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "desk"));
        Send(bob, "under way");
        Assert.Equal(0, Purge(null).Messages);
        Assert.Equal(0, Purge("phone").Messages);
        alice.Drop();
        alice.Received.Clear();
        alice.Resume(0);
        Assert.Equal(["under way"], alice.Bodies);
        alice.Acknowledge();
        Assert.Empty(Bench.User(Alice).Backlog);
    }

    [Fact]
    public void Pushes_that_have_not_left_go_with_what_they_tell_of()
    {
        var (alice, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "desk"));
        alice.Ask(Request("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>", type: "set"));
        alice.Drop();
        Bench.Provider = _ => Presence.Routing.PushOutcome.Retry;
        Bench.Advance(TimeSpan.FromSeconds(20));
        Send(bob, "wake up");
        Assert.Contains(Bench.User(Alice).Pushes, p => p.State == PushState.Due);
        Purge(null);
        Assert.Empty(Bench.User(Alice).Pushes);
        var pushed = Bench.Pushes.Count;
        Bench.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(pushed, Bench.Pushes.Count);
    }

    [Fact]
    public void Of_a_session_that_is_not_there_nothing_is_purged() =>
        Assert.Equal(AdminStatus.NotFound, Bench.Ask(new PurgeQueueRequest(ShardKey.UserId(Alice), "none")).Status);

    private static void Send(Presence.Tests.Shared.BenchClient from, string body) => from.Send($"<message to='{Alice}' type='chat'><body>{body}</body></message>");

    private PurgeCounts Purge(string? resource)
    {
        var reply = Bench.Ask(new PurgeQueueRequest(ShardKey.UserId(Alice), resource));
        Assert.Equal(AdminStatus.Done, reply.Status);
        return reply.Purged!;
    }

    private List<MessageRow> Rows() => [.. Bench.Store.State.Users[ShardKey.UserId(Alice)].Messages.Values];
}

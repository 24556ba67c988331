using Presence.Actors.Tests.Iq;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>How much may wait for one user (sessions.md 4.5): what has no room is refused to its sender, and nothing that was taken is lost for it.</summary>
public class QueueQuotaTests() : Scene(new SessionOptions { MaxQueuedBytesPerUser = 2_200, MaxQueuedStanzas = 8 })
{
    private static readonly string s_long = new('x', 400);

    [Fact]
    public void What_has_no_room_goes_back_to_its_sender_and_what_was_taken_is_delivered()
    {
        var bob = LogIn(Bob, "desk");
        for (var i = 0; i < 8; i++)
        {
            bob.Send($"<message id='m{i}' to='{Alice}' type='chat'><body>{i} {s_long}</body></message>");
        }

        var refused = bob.Messages.ToList();
        Assert.Equal(["m4", "m5", "m6", "m7"], refused.Select(m => m.Attr("id")));
        Assert.All(refused, m => Assert.Equal("cancel service-unavailable", Outcome(m)));
        Assert.Contains("not kept", refused[0].Child("error")!.Child("text", Namespaces.StanzaErrors)!.Text, StringComparison.Ordinal);
        Assert.Equal(4, Rows(Alice).Count);

        var alice = LogIn(Alice, "phone");
        Assert.Equal(["0", "1", "2", "3"], Begun(alice.Bodies));
        alice.Acknowledge();
        Assert.Equal(0, Bench.User(Alice).BacklogBytes);
        alice.Close();
        bob.Received.Clear();
        bob.Send($"<message to='{Alice}' type='chat'><body>8 {s_long}</body></message>");
        Assert.Empty(bob.Messages);
        Assert.Equal(5, Rows(Alice).Count);
    }

    [Fact]
    public void A_client_that_is_there_gets_everything_however_much_waits()
    {
        var bob = LogIn(Bob, "desk");
        Fill(bob);
        var alice = LogIn(Alice, "phone");
        alice.Received.Clear();
        bob.Send($"<message to='{Alice}' type='chat'><body>now {s_long}</body></message>");
        Assert.Equal(["now"], Begun(alice.Bodies));
        Assert.Empty(bob.Messages);
    }

    [Fact]
    public void A_session_that_sleeps_takes_nothing_so_its_messages_count()
    {
        var (alice, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "desk"));
        alice.Drop();
        Fill(bob);
        bob.Send($"<message to='{Alice}' type='chat'><body>{s_long}</body></message>");
        Assert.Equal("cancel service-unavailable", Outcome(Assert.Single(bob.Messages)));
        alice.Resume();
        Assert.Equal(["0", "1", "2", "3"], Begun(alice.Bodies));
    }

    [Fact]
    public void A_new_owner_knows_how_much_waits_also_of_what_it_does_not_load()
    {
        var bob = LogIn(Bob, "desk");
        for (var i = 0; i < 12; i++)
        {
            bob.Send($"<message to='{Alice}' type='chat'><body>{i}</body></message>");
        }

        var waiting = Rows(Alice).Sum(r => (long)r.Body.Length);
        Assert.Equal(waiting, Bench.User(Alice).BacklogBytes);
        Bench.Crash();
        var loaded = Bench.User(Alice);
        Assert.Equal((9, waiting), (loaded.Backlog.Count, loaded.BacklogBytes));
    }

    private void Fill(Presence.Tests.Shared.BenchClient sender)
    {
        for (var i = 0; i < 4; i++)
        {
            sender.Send($"<message to='{Alice}' type='chat'><body>{i} {s_long}</body></message>");
        }
    }

    private List<MessageRow> Rows(string jid) => [.. Bench.Store.State.Users[ShardKey.UserId(jid)].Messages.Values];

    private static IEnumerable<string> Begun(IEnumerable<string> bodies) => bodies.Select(b => b.Split(' ')[0]);
}

using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>Corners of sessions: what is under way when stream management begins, queues at their limits, copies held for a silent client.</summary>
public class SessionCornerTests
{
    private static ExecutorBench Bench(SessionOptions? options = null)
    {
        var bench = new ExecutorBench(options);
        bench.AddUser("alice@example.org");
        bench.AddUser("bob@example.org");
        return bench;
    }

    [Fact]
    public void What_was_not_sent_when_stream_management_began_is_sent_afterwards_and_not_taken_as_delivered()
    {
        var bench = Bench(new SessionOptions { SendWindowBytes = 1000 });
        var alice = bench.Connect("alice@example.org", "a").Enable();
        var bodies = Enumerable.Range(0, 10).Select(i => $"{i}{new string('x', 300)}").ToList();
        bodies.ForEach(b => alice.Send($"<message to='bob@example.org' type='chat'><body>{b}</body></message>"));
        var bob = bench.Connect("bob@example.org", "b");

        // The reports that would move the window on are still under way when <enable/> comes.
        bench.Hold = i => i is WrittenInput;
        bob.Send("<presence/>");
        Assert.InRange(bob.Bodies.Count(), 1, 9);
        bob.Enable();
        bench.Hold = null;
        bench.ReleaseHeld();
        while (bob.Bodies.Count() < 10)
        {
            var before = bob.Bodies.Count();
            bob.Acknowledge();
            Assert.True(bob.Bodies.Count() > before, "nothing more comes");
        }

        Assert.Equal(bodies, bob.Bodies);
        bob.Acknowledge();
        bob.Drop();
        Assert.IsType<ResumedOutput>(bob.Resume());
        Assert.Equal(10, bob.Bodies.Count());
    }

    [Fact]
    public void A_client_that_acknowledges_more_than_was_sent_is_told_both_counts()
    {
        var bench = Bench();
        var alice = bench.Connect("alice@example.org", "a").Enable();
        bench.Input(new AckInput(alice.UserId, alice.Connection, 7));
        var close = Assert.IsType<CloseOutput>(alice.Controls[^1]);
        Assert.Equal(StreamErrorCondition.UndefinedCondition, close.Condition);
        Assert.Equal(XmlElement.Parse("<handled-count-too-high xmlns='urn:xmpp:sm:3' h='7' send-count='0'/>"), close.Application);
    }

    [Fact]
    public void An_h_never_falls_for_a_session_that_cannot_be_resumed()
    {
        var bench = Bench();
        var alice = bench.Connect("alice@example.org", "a").Enable(resume: false);
        alice.Send("<message to='bob@example.org' type='chat'><body>x</body></message>");
        alice.RequestAck();
        Assert.Equal(1, alice.AcknowledgedByServer);
        bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(alice.Controls.OfType<AckOutput>());
        Assert.Equal(1, alice.AcknowledgedByServer);
    }

    [Fact]
    public void More_bytes_than_a_queue_holds_do_not_end_the_session_that_fetches_them()
    {
        var bench = Bench(new SessionOptions { MaxQueuedBytes = 10_000 });
        var alice = bench.Connect("alice@example.org", "a").Enable();
        for (var i = 0; i < 50; i++)
        {
            alice.Send($"<message to='bob@example.org' type='chat'><body>{new string('x', 500)}</body></message>");
        }

        var bob = bench.Connect("bob@example.org", "b").Enable();
        bob.Send("<presence/>");
        Assert.DoesNotContain(bob.Controls, c => c is CloseOutput);
        Assert.InRange(bob.Bodies.Count(), 5, 20);
    }

    [Fact]
    public void The_accounts_cursor_stops_where_the_backlog_was_cut()
    {
        var bench = Bench(new SessionOptions { MaxQueuedStanzas = 20 });
        var alice = bench.Connect("alice@example.org", "a").Enable();
        for (var i = 0; i < 50; i++)
        {
            alice.Send($"<message to='bob@example.org' type='chat'><body>{i}</body></message>");
        }

        // Each new session gets a part; none is passed over.
        for (var round = 0; round < 12; round++)
        {
            var bob = bench.Connect("bob@example.org", "b").Enable();
            bob.Send("<presence/>");
            bob.Acknowledge();
            bob.Close();
            foreach (var body in bob.Bodies)
            {
                _got.Add(int.Parse(body, System.Globalization.CultureInfo.InvariantCulture));
            }

            Assert.True(bench.User("bob@example.org").Backlog.Count <= 21);
            if (round % 3 == 2)
            {
                // All that was loaded has been acknowledged; only the store knows of the rest.
                bench.Crash();
            }
        }

        Assert.Equal(Enumerable.Range(0, 50), _got.Distinct().Order());
    }

    private readonly List<int> _got = [];

    [Fact]
    public void A_session_is_not_measured_by_rows_that_are_not_for_it()
    {
        var bench = Bench(new SessionOptions { MaxQueuedStanzas = 20 });
        var alice = bench.Connect("alice@example.org", "a").Enable();
        var bob = bench.Connect("bob@example.org", "b").Enable();
        var desk = bench.Connect("bob@example.org", "desk").Enable();
        bob.Send("<presence/>");
        alice.Send("<message to='bob@example.org' type='chat'><body>first</body></message>");
        bob.Drop();
        alice.Send("<message to='bob@example.org' type='chat'><body>second</body></message>");

        // Rows that are not for bob's phone stand between what it lacks.
        for (var i = 0; i < 30; i++)
        {
            desk.Send($"<message to='alice@example.org' type='chat'><body>{i}</body></message>");
        }

        alice.Send("<message to='bob@example.org' type='chat'><body>last</body></message>");
        bench.Crash();
        Assert.IsType<ResumedOutput>(desk.Resume());
        Assert.IsType<ResumedOutput>(bob.Resume());
        Assert.Equal(["first", "second", "last"], bob.Bodies);
    }

    [Fact]
    public void A_session_whose_rows_did_not_fit_the_load_ends_alone()
    {
        // What waits is measured while the owner lives; a smaller limit at the next start makes a session too long for its load.
        var bench = Bench();
        var alice = bench.Connect("alice@example.org", "a").Enable();
        var phone = bench.Connect("bob@example.org", "phone").Enable();
        var desk = bench.Connect("bob@example.org", "desk").Enable();
        phone.Send("<presence/>");
        desk.Send("<presence/>");
        phone.Drop();
        for (var i = 0; i < 30; i++)
        {
            alice.Send($"<message to='bob@example.org' type='chat'><body>{i}</body></message>");
            if (i < 28)
            {
                desk.Acknowledge();
            }
        }

        bench.Advance(TimeSpan.FromSeconds(2));
        var smaller = new ExecutorBench(new SessionOptions { MaxQueuedStanzas = 20 }, bench.Store);
        var user = smaller.User("bob@example.org");
        Assert.Equal(["desk"], user.Sessions.Select(s => s.Resource));
        Assert.Equal(2, user.SessionOf("desk")!.Unacked!.Count);
        Assert.Equal(phone.SmId, Assert.Single(user.Tombstones).SmId);
    }

    [Fact]
    public void Rows_that_are_for_no_session_do_not_pile_up_behind_one_that_is_away()
    {
        var bench = Bench();
        var phone = bench.Connect("bob@example.org", "phone").Enable();
        phone.Drop();
        var desk = bench.Connect("bob@example.org", "desk").Enable();
        for (var i = 0; i < 10; i++)
        {
            desk.Send("<message to='alice@example.org' type='chat'><body>x</body></message>");
        }

        Assert.Empty(bench.User("bob@example.org").Tail);
    }

    [Fact]
    public void A_session_away_holds_no_bodies_of_rows()
    {
        var bench = Bench(new SessionOptions { SendWindowBytes = 500 });
        var alice = bench.Connect("alice@example.org", "a").Enable();
        var bob = bench.Connect("bob@example.org", "b").Enable();
        bob.Send("<presence/>");
        for (var i = 0; i < 5; i++)
        {
            alice.Send($"<message to='bob@example.org' type='chat'><body>{i}{new string('x', 400)}</body></message>");
        }

        bob.Drop();
        Assert.DoesNotContain(bench.User("bob@example.org").Sessions[0].Unacked!, u => u.MessageId != 0 && u.HasBytes);
        bob.Resume();
        while (bob.Bodies.Count() < 5)
        {
            bob.Acknowledge();
        }

        Assert.Equal("01234", string.Concat(bob.Bodies.Select(b => b[0])));
    }

    [Fact]
    public void An_account_removed_with_a_push_due_leaves_no_deadline()
    {
        var user = new UserState { UserId = 1, Jid = ExecutorBench.Domain, Shard = 1 };
        UserApply.Apply(user, new PushScheduled(new PushOutboxRow(1, "s", "n", "c", 5, 1, 10, PushState.Due, 0, "message")));
        Assert.NotEqual(long.MaxValue, UserDeadlines.Next(user, new SessionOptions()));
        UserApply.Apply(user, new AccountRemoved(1));
        Assert.Equal(long.MaxValue, UserDeadlines.Next(user, new SessionOptions()));
    }

    [Fact]
    public void A_copy_numbered_before_copies_were_switched_off_stays_a_copy()
    {
        var session = new SessionState { No = 1, FullJid = ExecutorBench.Domain.WithResource("r"), Carbons = false };
        var sent = new MessageRef(5, "x", MessageFlags.Outgoing | MessageFlags.CarbonEligible, 2, null, 10);
        var received = new MessageRef(6, "x", MessageFlags.ToFullJid | MessageFlags.CarbonEligible, 0, "other", 10);
        Assert.Equal(MessageForm.SentCarbon, MessageForms.OfNumbered(sent, session));
        Assert.Equal(MessageForm.ReceivedCarbon, MessageForms.OfNumbered(received, session));
        Assert.Equal(MessageForm.Plain, MessageForms.OfNumbered(received with { ToResource = "r" }, session));
    }

    [Fact]
    public void A_pair_of_shards_with_nothing_to_do_is_not_looked_at()
    {
        var bench = Bench();
        var alice = bench.Connect("alice@example.org", "a").Enable();
        alice.Send("<message to='bob@example.org' type='chat'><body>x</body></message>");
        Assert.NotEmpty(Pending(bench));
        bench.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(Pending(bench));
        Assert.Empty(bench.Store.State.Outbox);
        bench.Crash();
        alice.Resume();
        alice.Send("<message to='bob@example.org' type='chat'><body>y</body></message>");
        bench.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(bench.Store.State.Outbox);
    }

    private static IEnumerable<int> Pending(ExecutorBench bench) => bench.Executor.Shards.SelectMany((ShardState s) => s.To.Keys.Concat(s.From.Keys));
}

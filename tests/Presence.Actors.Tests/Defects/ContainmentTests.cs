using Presence.Actors.Admin;
using Presence.Actors.Users;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Defects;

/// <summary>A defect in a decision on Alice hurts Alice alone, and not for ever. Everybody lives in one shard.</summary>
public class ContainmentTests
{
    private const string Alice = "alice@example.org";
    private const string Bob = "bob@example.org";
    private const string Poison = "<message to='bob@example.org' type='chat' id='p'><body>poison</body></message>";

    private readonly ExecutorBench _bench = new(store: new MemoryStore(1));
    private readonly BenchClient _bob;
    private int _met;

    public ContainmentTests()
    {
        _bench.AddUser(Alice);
        _bench.AddUser(Bob);
        foreach (var (one, other) in new[] { (Alice, Bob), (Bob, Alice) })
        {
            _bench.Store.Put(new RosterItemStored(new RosterRow(Id(one), other, Subscription.Both, false, false, false, null, [], null), 1));
        }

        _bob = _bench.Connect(Bob, "b").Enable();
        _bob.Send("<presence/>");
    }

    private static long Id(string jid) => ShardKey.UserId(jid);

    [Fact]
    public void A_stanza_that_meets_a_defect_is_answered_with_an_error_counted_and_not_met_again()
    {
        var alice = Phone();
        alice.Send("<message to='bob@example.org' type='chat'><body>before</body></message>");
        Break<StanzaInput>(Alice, "poison");
        alice.Send(Poison);
        Assert.Contains(alice.Controls, c => c is CloseOutput { Condition: StreamErrorCondition.InternalServerError });
        Assert.Equal(["before"], _bob.Bodies);

        var resumed = Assert.IsType<ResumedOutput>(alice.Resume());
        Assert.Equal(3, resumed.H);
        var error = alice.Messages.Single(m => m.Attr("type") == "error");
        Assert.Equal(("p", Bob), (error.Attr("id"), error.Attr("from")));
        Assert.NotNull(error.Child("error")!.Children.Single(c => c.Name == "internal-server-error"));
        alice.Send("<message to='bob@example.org' type='chat'><body>after</body></message>");
        alice.RequestAck();
        Assert.Equal(4, alice.AcknowledgedByServer);
        Assert.Equal(["before", "after"], _bob.Bodies);
        Assert.Equal((1, DefectPlace.Client), (_met, Assert.Single(_bench.Defects).Place));
    }

    [Fact]
    public void Nobody_else_of_the_shard_notices()
    {
        var alice = Phone();
        var closes = _bob.Controls.Count;
        Break<StanzaInput>(Alice, "poison");
        alice.Send(Poison);
        _bob.Send("<message to='bob@example.org' type='chat'><body>note</body></message>");
        _bob.RequestAck();
        Assert.Equal(2, _bob.AcknowledgedByServer);
        Assert.DoesNotContain(_bob.Controls.Skip(closes), c => c is CloseOutput);
    }

    [Fact]
    public void After_a_restart_the_count_stands_and_nothing_is_met_again()
    {
        var alice = Phone();
        Break<StanzaInput>(Alice, "poison");
        alice.Send(Poison);
        _bench.Crash();
        Assert.Equal(2, Assert.IsType<ResumedOutput>(alice.Resume()).H);
        _bench.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, _met);
    }

    [Fact]
    public void A_request_is_answered_too()
    {
        var alice = Phone();
        Break<StanzaInput>(Alice, "urn:xmpp:ping");
        alice.Send("<iq type='get' id='i'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.IsType<ResumedOutput>(alice.Resume());
        var answer = alice.Received.Single(e => e.Name == "iq");
        Assert.Equal(("error", "i"), (answer.Attr("type"), answer.Attr("id")));
    }

    [Fact]
    public void Presence_is_said_again_in_a_new_session_and_the_second_time_counted()
    {
        var alice = Phone();
        Break<StanzaInput>(Alice, "<presence");
        alice.Send("<presence/>");
        Assert.IsType<ResumeRefusedOutput>(alice.Resume());
        var anew = _bench.Connect(Alice, "phone").Enable();
        anew.Send("<presence id='again'/>");
        Assert.Equal(1, Assert.IsType<ResumedOutput>(anew.Resume()).H);
        Assert.Contains(anew.Presences, p => p.Attr("type") == "error" && p.Attr("id") == "again");
        Assert.Equal(2, _met);
    }

    [Fact]
    public void A_client_that_cannot_resume_gets_the_error_and_its_contacts_see_it_go()
    {
        var alice = _bench.Connect(Alice, "a");
        alice.Send("<presence/>");
        Break<StanzaInput>(Alice, "poison");
        alice.Send(Poison);
        Assert.Contains(alice.Messages, m => m.Attr("type") == "error" && m.Attr("id") == "p");
        Assert.Contains(alice.Controls, c => c is CloseOutput);
        Assert.Equal(Alice + "/a", _bob.Presences.Last(p => p.Attr("type") == "unavailable").Attr("from"));
    }

    [Fact]
    public void A_resume_that_meets_a_defect_is_refused_and_the_client_binds_anew_with_what_it_lacks()
    {
        var alice = Phone();
        alice.Drop();
        _bob.Send("<message to='alice@example.org' type='chat'><body>missed</body></message>");
        Break<ResumeInput>(Alice, "");
        Assert.Equal(StanzaErrorCondition.InternalServerError, Assert.IsType<ResumeRefusedOutput>(alice.Resume()).Condition);
        _bench.Sabotage = null;
        var anew = _bench.Connect(Alice, "phone").Enable();
        anew.Send("<presence/>");
        Assert.Equal(["missed"], anew.Bodies);
    }

    [Fact]
    public void A_client_state_that_meets_a_defect_ends_the_session_so_that_it_is_not_said_again()
    {
        var alice = Phone();
        Break<ClientStateInput>(Alice, "");
        alice.Active(false);
        Assert.IsType<ResumeRefusedOutput>(alice.Resume());
    }

    [Fact]
    public void A_message_on_its_way_is_tried_twice_then_left_out_and_its_sender_told()
    {
        var alice = Phone();
        Break<OutboxInput>(Alice, "poison");
        _bob.Send("<message to='alice@example.org' type='chat' id='p'><body>poison</body></message>");
        _bob.Send("<message to='alice@example.org' type='chat'><body>next</body></message>");
        Assert.Equal(2, _met);
        var error = _bob.Messages.Single(m => m.Attr("type") == "error");
        Assert.Equal(("p", Alice), (error.Attr("id"), error.Attr("from")));
        alice.Resume();
        Assert.Equal(["next"], alice.Bodies);
        _bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(_bench.Store.ReadOutbox());
        _bench.Crash();
        _bench.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, _met);
    }

    [Fact]
    public void A_defect_that_fresh_memory_cures_costs_no_message()
    {
        var alice = Phone();
        Break<OutboxInput>(Alice, "poison", times: 1);
        _bob.Send("<message to='alice@example.org' type='chat'><body>poison</body></message>");
        alice.Resume();
        Assert.Equal(["poison"], alice.Bodies);
        Assert.DoesNotContain(_bob.Messages, m => m.Attr("type") == "error");
        Assert.Single(_bench.Store.LoadUser(Id(Alice), 100)!.Backlog);
    }

    [Fact]
    public void A_request_of_somebody_else_is_refused()
    {
        var alice = Phone();
        Break<EphemeralInput>(Alice, "");
        var answer = _bob.Ask("<iq type='get' id='x' to='alice@example.org/phone'><query xmlns='urn:x'/></iq>");
        Assert.Equal(("error", "x"), (answer.Attr("type"), answer.Attr("id")));
        Assert.Contains(alice.Controls, c => c is CloseOutput);
    }

    [Fact]
    public void A_deadline_that_meets_a_defect_is_tried_again_ever_more_seldom()
    {
        var alice = Phone();
        alice.Drop();
        Break<TimerInput>(Alice, "");
        _bench.Advance(TimeSpan.FromHours(2));
        Assert.InRange(_met, 5, 20);
        _bob.Send("<message to='bob@example.org' type='chat'><body>note</body></message>");
        _bob.RequestAck();
        Assert.Equal(2, _bob.AcknowledgedByServer);

        // What was due is done once it can be.
        Assert.Single(_bench.Store.ReadSessions(), s => s.UserId == Id(Alice));
        _bench.Sabotage = null;
        _bench.Advance(TimeSpan.FromHours(2));
        Assert.DoesNotContain(_bench.Store.ReadSessions(), s => s.UserId == Id(Alice));
    }

    [Fact]
    public void A_deadline_that_fails_keeps_nobody_from_logging_in()
    {
        Phone().Drop();
        Break<TimerInput>(Alice, "");
        _bench.Advance(TimeSpan.FromHours(1));
        var alice = _bench.Connect(Alice, "other").Enable();
        alice.Send("<presence/>");
        _bob.Send("<message to='alice@example.org' type='chat'><body>hello</body></message>");
        Assert.Equal(["hello"], alice.Bodies);
    }

    [Fact]
    public void An_operator_is_told_that_nothing_was_done()
    {
        Break<AdminInput>(Alice, "");
        Assert.Equal(AdminStatus.Defect, _bench.Ask(new RemoveAccountRequest(Id(Alice))).Status);
        _bench.Sabotage = null;
        Assert.Equal(AdminStatus.Done, _bench.Ask(new DescribeUserRequest(Id(Alice))).Status);
    }

    [Fact]
    public void Settling_that_meets_a_defect_itself_goes_on_without()
    {
        var alice = Phone();
        _bench.Sabotage = (turn, input) =>
        {
            if (turn.User.Jid.ToString() == Alice && input is StanzaInput or AftermathInput)
            {
                throw new InvalidOperationException("a defect");
            }
        };
        alice.Send(Poison);
        _bench.Sabotage = null;
        Assert.Equal(1, Assert.IsType<ResumedOutput>(alice.Resume()).H);
        Assert.Equal([DefectPlace.Client, DefectPlace.Settling], _bench.Defects.Select(d => d.Place));
    }

    [Fact]
    public void A_user_whose_own_state_meets_a_defect_again_and_again_rests()
    {
        Phone();
        _bob.Send("<message to='alice@example.org' type='chat' id='o'><body>oops</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/></message>");
        _bench.Sabotage = (turn, input) =>
        {
            if (turn.User.Jid.ToString() == Alice && input is RetractionInput or AftermathInput)
            {
                _met++;
                throw new InvalidOperationException("a defect");
            }
        };
        _bob.Send("<message to='alice@example.org' type='chat' id='r'><retract xmlns='urn:xmpp:message-retract:1' id='o'/><body>x</body></message>");
        _bench.Advance(TimeSpan.FromMinutes(10));
        Assert.InRange(_met, 4, 60);

        // Meanwhile nobody waits: a message goes back.
        _bob.Send("<message to='alice@example.org' type='chat' id='m'><body>hello?</body></message>");
        Assert.Contains(_bob.Messages, m => m.Attr("type") == "error" && m.Attr("id") == "m");
        _bench.Sabotage = null;
        _bench.Advance(TimeSpan.FromMinutes(2));
        _bob.Send("<message to='alice@example.org' type='chat' id='n'><body>hello</body></message>");
        Assert.DoesNotContain(_bob.Messages, m => m.Attr("id") == "n");
    }

    [Fact]
    public void A_push_whose_answer_meets_a_defect_is_not_sent_for_ever()
    {
        var alice = Phone();
        alice.Send("<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='push.example.org' node='n'/></iq>");
        alice.Drop();
        Break<PushDoneInput>(Alice, "");
        _bob.Send("<message to='alice@example.org' type='chat'><body>wake up</body></message>");
        _bench.Advance(TimeSpan.FromMinutes(30));
        Assert.Single(_bench.Pushes);
        Assert.Equal(1, _met);
        Assert.Equal(["wake up"], Resumed(alice).Bodies);
    }

    [Fact]
    public void A_rest_forgets_nothing_of_what_was_given_up()
    {
        var alice = Phone();
        alice.Send("<iq type='set' id='e'><enable xmlns='urn:xmpp:push:0' jid='push.example.org' node='n'/></iq>");
        alice.Drop();
        Break<PushDoneInput>(Alice, "");
        for (var i = 1; i <= 8; i++)
        {
            _bob.Send($"<message to='alice@example.org' type='chat'><body>{i}</body></message>");
            _bench.Advance(TimeSpan.FromMinutes(2));
        }

        // From the fourth defect on the user rests before it is loaded again. Its pushes were given up all the same.
        _bench.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(8, _bench.Pushes.Count);
        Assert.Equal(8, _met);
    }

    private static BenchClient Resumed(BenchClient client)
    {
        Assert.IsType<ResumedOutput>(client.Resume());
        return client;
    }

    private BenchClient Phone()
    {
        var phone = _bench.Connect(Alice, "phone").Enable();
        phone.Send("<presence/>");
        return phone;
    }

    /// <summary>Decisions on such inputs of a user throw once their effects are there.</summary>
    /// <param name="text">What a stanza must hold for it; empty: whatever it is.</param>
    private void Break<T>(string jid, string text, int times = int.MaxValue) => _bench.Sabotage = (turn, input) =>
    {
        if (input is T && turn.User.Jid.ToString() == jid && _met < times && (text.Length == 0 || Text(input).Contains(text, StringComparison.Ordinal)))
        {
            _met++;
            throw new InvalidOperationException("a defect");
        }
    };

    private static string Text(object input) => System.Text.Encoding.UTF8.GetString(input switch
    {
        StanzaInput s => s.Stanza.Bytes,
        OutboxInput o => o.Stanza.Bytes,
        _ => [],
    });
}

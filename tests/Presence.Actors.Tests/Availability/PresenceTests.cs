using Presence.Actors.Users;
using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Availability;

/// <summary>Who sees whom come, change and go (RFC 6121 §4).</summary>
public class PresenceTests : Neighbours
{
    [Fact]
    public void Who_comes_is_seen_and_sees_those_who_are_there()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone", "<presence><show>dnd</show><status>busy</status></presence>"));
        Befriend(alice, bob);
        var tablet = LogIn(Alice, "tablet", "<presence id='p1' xml:lang='de'><priority>-1</priority></presence>");
        Assert.Equal(["available alice/desk", "dnd bob/phone"], Seen(tablet).Order());
        Assert.Equal(["available alice/tablet"], Seen(alice));
        var seen = Assert.Single(Presences(bob));
        Assert.Equal(("alice@example.org/tablet", Bob, "p1", "de", "-1"),
            (seen.Attr("from"), seen.Attr("to"), seen.Attr("id"), seen.Attr("lang", Namespaces.Xml), seen.Child("priority")!.Text));
    }

    [Fact]
    public void A_change_is_broadcast_and_comes_back_to_its_sender()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Send("<presence><show>away</show></presence>");
        Assert.Equal(["away bob/phone"], Seen(alice));
        Assert.Equal(["away"], bob.Presences.Select(p => p.Child("show")?.Text));
        bob.Send("<presence type='unavailable'/>");
        Assert.Equal(("bob@example.org/phone", Bob, "unavailable"),
            (bob.Presences.Last().Attr("from"), bob.Presences.Last().Attr("to"), bob.Presences.Last().Attr("type")));
    }

    [Fact]
    public void Presence_goes_only_the_way_of_the_subscription()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Subscribe(alice, bob);
        alice.Received.Clear();
        bob.Received.Clear();
        alice.Send("<presence><show>away</show></presence>");
        bob.Send("<presence><show>xa</show></presence>");
        Assert.Equal(["xa bob/phone"], Seen(alice));
        Assert.Empty(Presences(bob));
        Assert.DoesNotContain(Seen(LogIn(Bob, "desk")), s => s.Contains("alice", StringComparison.Ordinal));
    }

    [Fact]
    public void Whoever_leaves_is_seen_to_leave_with_the_last_words()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Send("<presence type='unavailable'><status>bye</status></presence>");
        Assert.Equal("bye", Assert.Single(Presences(alice)).Child("status")!.Text);
        bob.Send("<presence type='unavailable'/>");
        Assert.Single(Presences(alice));
        Assert.False(Session(bob).Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_session_that_ends_with_its_socket_goes_for_everybody(bool clean)
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone", resumable: clean));
        Befriend(alice, bob);
        var other = LogIn(Bob, "desk");
        alice.Received.Clear();
        if (clean)
        {
            bob.Close();
        }
        else
        {
            bob.Drop();
        }

        Assert.Equal(["unavailable bob/phone"], Seen(alice));
        Assert.Equal("unavailable bob/phone", Seen(other).Last());
    }

    [Fact]
    public void A_resumable_session_stays_until_it_expires()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Drop();
        Bench.Advance(Bench.Options.LifeWithoutPush - TimeSpan.FromSeconds(1));
        Assert.Empty(Presences(alice));
        Bench.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["unavailable bob/phone"], Seen(alice));
    }

    [Fact]
    public void While_a_client_is_away_only_the_last_presence_of_a_contact_waits()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        alice.Drop();
        bob.Send("<presence><show>away</show></presence>");
        bob.Send("<presence><show>xa</show></presence>");
        bob.Send("<presence type='unavailable'/>");
        alice.Resume();
        Assert.Equal(["unavailable bob/phone"], Seen(alice));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_more_changed_than_may_wait_contacts_are_asked_afresh(bool suspended)
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        if (suspended)
        {
            bob.Drop();
        }
        else
        {
            bob.Active(false);
        }

        for (var i = 0; i < 300; i++)
        {
            LogIn(Alice, $"web{i}", resumable: false).Close();
        }

        LogIn(Alice, "tablet", "<presence><show>xa</show></presence>");
        Assert.Empty(Presences(bob));
        Assert.Empty(Session(bob).Waiting!);
        if (suspended)
        {
            bob.Resume();
        }
        else
        {
            bob.Active(true);
        }

        Assert.Equal(["unavailable bob", "unavailable alice", "available alice/desk", "xa alice/tablet"], Seen(bob));
        alice.Send("<presence type='unavailable'/>");
        Assert.Equal("unavailable alice/desk", Seen(bob).Last());
    }

    [Theory]
    [InlineData("<presence><priority>128</priority></presence>", "bad-request")]
    [InlineData("<presence type='strange'/>", "bad-request")]
    [InlineData("<presence to='a@b@c'/>", "jid-malformed")]
    [InlineData("<presence to='room@elsewhere.example/me'/>", "remote-server-not-found")]
    public void What_is_no_presence_is_refused(string stanza, string condition)
    {
        var alice = LogIn(Alice, "desk", stanza);
        var error = Assert.Single(Presences(alice));
        Assert.Equal("error", error.Attr("type"));
        Assert.NotNull(error.Child("error")!.Child(condition, Namespaces.StanzaErrors));
        Assert.False(Session(alice).Available);
    }

    [Fact]
    public void Directed_presence_reaches_its_target_and_ends_with_the_session()
    {
        var (alice, bob) = (LogIn(Alice, "desk", resumable: false), LogIn(Bob, "phone"));
        alice.Send("<presence to='bob@example.org'><show>chat</show></presence>");
        alice.Send("<presence><show>dnd</show></presence>");
        Assert.Equal(["chat alice/desk"], Seen(bob));
        alice.Drop();
        Assert.Equal(["chat alice/desk", "unavailable alice/desk"], Seen(bob));
    }

    [Fact]
    public void Directed_presence_of_a_session_that_never_was_available_ends_too()
    {
        var alice = Connect(Alice, "desk", resumable: false);
        var bob = LogIn(Bob, "phone");
        alice.Send("<presence to='bob@example.org/phone'/>");
        Assert.Equal(["available alice/desk"], Seen(bob));
        alice.Close();
        Assert.Equal(["available alice/desk", "unavailable alice/desk"], Seen(bob));
    }

    [Fact]
    public void Whoever_was_told_it_was_over_is_not_told_again()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        alice.Send("<presence to='bob@example.org'/>");
        alice.Send("<presence to='bob@example.org' type='unavailable'/>");
        alice.Send("<presence type='unavailable'/>");
        Assert.Equal(["available alice/desk", "unavailable alice/desk"], Seen(bob));
    }

    [Fact]
    public void A_contact_who_got_directed_presence_is_told_the_end_once()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        alice.Send("<presence to='bob@example.org'><show>chat</show></presence>");
        alice.Send("<presence type='unavailable'/>");
        Assert.Equal(["chat alice/desk", "unavailable alice/desk"], Seen(bob));
    }

    [Fact]
    public void Directed_targets_survive_a_crash()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        alice.Send("<presence to='bob@example.org'/>");
        Bench.Crash();
        alice.Resume();
        bob.Resume();
        alice.Close();
        Assert.Equal(["available alice/desk", "unavailable bob", "unavailable alice/desk"], Seen(bob));
    }

    [Fact]
    public void Only_so_many_targets_are_kept_informed()
    {
        var alice = LogIn(Alice, "desk");
        for (var i = 0; i < DirectedPresence.MaxTargets; i++)
        {
            alice.Send($"<presence to='t{i}@example.org'/>");
        }

        alice.Send("<presence to='t0@example.org'/>");
        Assert.Empty(Presences(alice));
        alice.Send("<presence to='one-more@example.org'/>");
        Assert.NotNull(Assert.Single(Presences(alice)).Child("error")!.Child("resource-constraint", Namespaces.StanzaErrors));
    }

    [Fact]
    public void Those_who_block_and_are_blocked_see_nothing_of_each_other()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Bench.User(Bob).Blocked = [Alice];
        bob.Send("<presence><show>away</show></presence>");
        alice.Send("<presence><show>xa</show></presence>");
        alice.Send("<presence to='bob@example.org'/>");
        alice.Send("<presence type='probe' to='bob@example.org'/>");
        Assert.Empty(Presences(alice));
        Assert.Empty(Presences(bob));
        bob.Send("<presence to='alice@example.org'/>");
        Assert.NotNull(Assert.Single(Presences(bob)).Child("error")!.Child("blocked", Namespaces.BlockingErrors));
        Assert.DoesNotContain("away bob/phone", Seen(LogIn(Alice, "tablet")));
        Assert.DoesNotContain(Seen(LogIn(Bob, "tablet")), s => s.Contains("alice", StringComparison.Ordinal));
    }

    [Fact]
    public void A_probe_of_somebody_not_let_in_is_answered_so()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);

        // Bob's side forgets, as if his row had been lost.
        Bench.User(Bob).Roster.Remove(Alice);
        alice.Send("<presence type='probe' to='bob@example.org'/>");
        Assert.Equal(["unsubscribed bob"], Seen(alice));
        Assert.Equal(["bob from"], Pushed(alice));
        alice.Send("<presence type='probe' to='bob@example.org'/>");
        Assert.Single(Seen(alice));
    }

    [Fact]
    public void A_broadcast_is_one_envelope_per_shard()
    {
        var bench = new ExecutorBench(store: new MemoryStore(2));
        string[] friends = [.. Enumerable.Range(0, 40).Select(i => $"friend{i}@example.org")];
        foreach (var jid in friends.Append(Alice))
        {
            bench.AddUser(jid);
        }

        var alice = bench.Connect(Alice, "desk");
        alice.Send("<presence/>");
        var clients = friends.Select(jid => bench.Connect(jid, "phone")).ToList();
        foreach (var client in clients)
        {
            client.Send("<presence/>");
            Subscribe(client, alice);
        }

        Assert.True(Stanza.TryParse("<presence><show>away</show></presence>"u8.ToArray(), out var stanza));
        bench.Executor.Handle(new StanzaInput(alice.UserId, alice.Connection, 42, stanza), bench.Now);
        var (batch, outputs) = bench.Executor.Step();
        Assert.Null(batch);
        var envelopes = outputs.Select(o => o.What).OfType<PresenceInput>().ToList();
        Assert.Equal(2, envelopes.Count);
        Assert.Same(envelopes[0].Stamped, envelopes[1].Stamped);
        Assert.Equal(friends.Select(ShardKey.UserId).Order(), envelopes.SelectMany(e => e.Users).Order());
        Assert.All(envelopes, e => Assert.Single(e.Users.Select(u => ShardKey.Shard(u, 2)).Distinct()));
        envelopes.ForEach(bench.Input);
        Assert.All(clients, c => Assert.Equal("away alice/desk", Seen(c).Last()));
    }

    [Fact]
    public void Presence_is_a_sign_of_use_and_idleness_tells_how_old()
    {
        var alice = LogIn(Alice, "desk");
        var login = Bench.Now;
        Assert.Equal(login, Session(alice).LastInteraction);
        Bench.Advance(TimeSpan.FromMinutes(10));
        var since = DateTimeOffset.FromUnixTimeMilliseconds(login + 60_000);
        alice.Send($"<presence><show>away</show><idle xmlns='urn:xmpp:idle:1' since='{since:yyyy-MM-ddTHH:mm:ss.fffZ}'/></presence>");
        Assert.Equal(login + 60_000, Session(alice).LastInteraction);
        alice.Send("<presence/>");
        Assert.Equal(Bench.Now, Session(alice).LastInteraction);
    }
}

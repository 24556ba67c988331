using Presence.Actors.Tests.Iq;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Blocking;

/// <summary>The block list and what a block does (XEP-0191).</summary>
public class BlockingTests : Scene
{
    [Fact]
    public void The_list_is_asked_changed_and_kept()
    {
        var alice = Connect(Alice, "desk");
        Assert.Empty(Listed(alice));
        Assert.Equal("result", Change(alice, "block", "BOB@example.org", Carol, Bob));
        Assert.Equal("result", Change(alice, "block", Bob));
        Assert.Equal([Bob, Carol], Listed(alice));
        Bench.Crash();
        alice.Resume();
        Assert.Equal([Bob, Carol], Listed(alice));
        Assert.Equal("result", Change(alice, "unblock", Bob, Nobody));
        Assert.Equal([Carol], Listed(alice));
        Assert.Equal("result", Change(alice, "unblock"));
        Assert.Equal("result", Change(alice, "unblock"));
        Assert.Empty(Listed(alice));
        Assert.Empty(Bench.Store.LoadUser(ShardKey.UserId(Alice), 1)!.Blocked);
    }

    [Theory]
    [InlineData("<block xmlns='urn:xmpp:blocking'/>", "modify bad-request")]
    [InlineData("<block xmlns='urn:xmpp:blocking'><item/></block>", "modify bad-request")]
    [InlineData("<block xmlns='urn:xmpp:blocking'><jid xmlns='urn:xmpp:blocking' jid='bob@example.org'/></block>", "modify bad-request")]
    [InlineData("<block xmlns='urn:xmpp:blocking'><item jid='bob@example.org'/><item jid='@'/></block>", "modify jid-malformed")]
    [InlineData("<unblock xmlns='urn:xmpp:blocking'><item jid='@'/></unblock>", "modify jid-malformed")]
    public void What_makes_no_sense_is_refused_whole(string payload, string outcome)
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal(outcome, Asked(alice, payload, type: "set"));
        Assert.Empty(Listed(alice));
    }

    [Fact]
    public void The_list_has_a_limit()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Change(alice, "block", [.. Enumerable.Range(0, 1999).Select(i => $"u{i}@e")]));
        Assert.Equal("wait resource-constraint", Change(alice, "block", "one@e", "two@e"));
        Assert.Equal("result", Change(alice, "block", "u0@e", "one@e"));
        Assert.Equal("wait resource-constraint", Change(alice, "block", "two@e"));
        Assert.Equal(2000, Listed(alice).Count());
    }

    [Fact]
    public void Clients_that_asked_for_the_list_learn_of_changes_even_if_they_were_away()
    {
        var (desk, phone, silent) = (Connect(Alice, "desk"), Connect(Alice, "phone"), Connect(Alice, "silent"));
        Assert.Empty(Listed(desk));
        Assert.Empty(Listed(phone));
        phone.Acknowledge();
        phone.Drop();
        Change(desk, "block", Bob, Carol);
        Change(desk, "block", Bob);
        Change(desk, "unblock", Carol, Nobody);
        Change(desk, "unblock");
        string[] told = [$"block {Bob} {Carol}", $"unblock {Carol}", "unblock"];
        Assert.Equal(told, Pushes(desk));
        Bench.Crash();
        phone.Resume();
        Assert.Equal(told, Pushes(phone));
        Assert.Empty(silent.Received);
        Assert.All(phone.Received.Where(e => e.Attr("type") == "set"), push =>
            Assert.Equal((Alice, "alice@example.org/phone", true), (push.Attr("from"), push.Attr("to"), push.Attr("id") is { Length: > 0 })));
    }

    [Theory]
    [InlineData(Bob)]
    [InlineData("bob@example.org/phone")]
    public void Given_a_blocked_sender_then_requests_are_refused_and_the_rest_is_dropped(string blocked)
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Change(alice, "block", blocked);
        alice.Received.Clear();
        Assert.Equal("cancel service-unavailable", Asked(bob, Ping, "alice@example.org/desk"));
        Assert.Equal("cancel service-unavailable", Asked(bob, Ping, Alice));
        bob.Send("<iq type='result' id='x' to='alice@example.org/desk'/>");
        bob.Received.Clear();
        bob.Send("<message type='chat' to='alice@example.org'><body>hi</body></message>");
        Assert.Equal("cancel service-unavailable", Outcome(Assert.Single(bob.Received)));
        Assert.Empty(alice.Received);
    }

    [Fact]
    public void Blocking_one_resource_leaves_the_others()
    {
        var (alice, phone, desk) = (Connect(Alice, "a"), Connect(Bob, "phone"), Connect(Bob, "desk"));
        Change(alice, "block", "bob@example.org/phone");
        alice.Received.Clear();
        phone.Send(Request(Ping, "alice@example.org/a"));
        desk.Send(Request(Ping, "alice@example.org/a"));
        Assert.Equal("bob@example.org/desk", Assert.Single(alice.Received).Attr("from"));
    }

    [Fact]
    public void The_way_out_is_closed_too_and_says_why()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Change(alice, "block", Bob);
        foreach (var to in new[] { "bob@example.org/phone", Bob })
        {
            var answer = alice.Ask(Request(Ping, to));
            Assert.Equal("cancel not-acceptable", Outcome(answer));
            Assert.NotNull(answer.Child("error")!.Child("blocked", Namespaces.BlockingErrors));
            Assert.Equal(to, answer.Attr("from"));
        }

        Assert.Empty(bob.Received);
        Change(alice, "unblock", Bob);
        alice.Send(Request(Ping, "bob@example.org/phone"));
        Assert.Single(bob.Received);
    }

    [Fact]
    public void Blocking_the_whole_domain_does_not_lock_the_user_out()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Change(alice, "block", Domain);
        Assert.Equal("result", Asked(alice, Ping, Domain));
        Assert.Equal("cancel service-unavailable", Asked(bob, Ping, "alice@example.org/desk"));
        Assert.Equal("result", Change(alice, "unblock"));
    }

    [Theory]
    [InlineData(Bob)]
    [InlineData(Domain)]
    public void Given_contacts_when_one_is_blocked_it_sees_the_user_go_and_come_back(string blocked)
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Change(alice, "block", blocked);
        Change(alice, "block", Bob);
        Assert.Equal(["unavailable alice@example.org/desk"], Seen(bob));
        alice.Send("<presence><show>dnd</show></presence>");
        bob.Send("<presence><show>xa</show></presence>");
        Assert.Single(Seen(bob));
        Assert.Empty(Seen(alice));
        Change(alice, "unblock");
        Assert.Equal(["unavailable alice@example.org/desk", "dnd alice@example.org/desk"], Seen(bob));
        Assert.Equal(["xa bob@example.org/phone"], Seen(alice));
    }

    [Fact]
    public void Who_may_not_see_the_user_learns_nothing_of_a_block()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        alice.Send($"<presence type='subscribe' to='{Bob}'/>");
        bob.Send($"<presence type='subscribed' to='{Alice}'/>");
        bob.Received.Clear();
        Change(alice, "block", Bob, Carol);
        Change(alice, "unblock", Bob, Carol);
        Assert.Empty(bob.Received);
    }

    [Fact]
    public void Directed_presence_is_taken_back()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        alice.Send("<presence to='bob@example.org/phone'/>");
        Change(alice, "block", Bob);
        Assert.Equal(["available alice@example.org/desk", "unavailable alice@example.org/desk"], Seen(bob));
        alice.Send("<presence type='unavailable'/>");
        Assert.Equal(2, Seen(bob).Count());
    }

    private static string Change(BenchClient client, string name, params string[] jids) =>
        Asked(client, $"<{name} xmlns='urn:xmpp:blocking'>{string.Concat(jids.Select(j => $"<item jid='{j}'/>"))}</{name}>", type: "set");

    private static IEnumerable<string> Listed(BenchClient client) =>
        client.Ask(Request("<blocklist xmlns='urn:xmpp:blocking'/>")).Child("blocklist", Namespaces.Blocking)!.Children.Select(i => i.Attr("jid")!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Pushes(BenchClient client) => client.Received
        .Where(e => e.Name == "iq" && e.Attr("type") == "set").Select(e => e.Children.Single())
        .Select(c => string.Join(' ', [c.Name, .. c.Children.Select(i => i.Attr("jid")!)]));

    /// <summary>Presence of others; a client gets its own back too.</summary>
    private static IEnumerable<string> Seen(BenchClient client) => client.Presences
        .Where(p => p.Attr("from") != client.FullJid!.ToString())
        .Select(p => $"{p.Attr("type") ?? p.Child("show")?.Text ?? "available"} {p.Attr("from")}");
}

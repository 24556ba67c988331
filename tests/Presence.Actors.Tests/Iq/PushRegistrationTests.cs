using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>Push registrations made, moved and removed (XEP-0357 §5, §6, sessions.md 2.6).</summary>
public class PushRegistrationTests : Scene
{
    private const string Service = "push.example";
    private const string Options =
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>" +
        "<field var='secret'><value>s&amp;3</value></field></x>";

    [Fact]
    public void A_registration_is_kept_with_its_options_and_its_session()
    {
        var phone = Connect(Alice, "phone");
        Bench.Connect(Bob, "b").Send($"<message to='{Alice}' type='chat'><body>older</body></message>");
        Assert.Equal("result", Asked(phone, Enabling("node-1", Options), type: "set"));
        var row = Assert.Single(Stored());
        Assert.Equal((Service, "node-1", Session(phone).No, false, false, null), (row.Service, row.Node, row.SessionNo, row.Hold, row.OwnForm, row.DisabledReason));
        Assert.Equal(Bench.User(Alice).LastId, row.Pushed);
        Assert.Equal(XmlElement.Parse(Options), XmlElement.Parse(row.Options));
        Bench.Crash();
        phone.Resume();
        Assert.Equal(1, phone.AcknowledgedByServer);
    }

    [Theory]
    [InlineData("<enable xmlns='urn:xmpp:push:0'/>", "modify bad-request")]
    [InlineData("<enable xmlns='urn:xmpp:push:0' jid='@' node='n'/>", "modify jid-malformed")]
    [InlineData("<disable xmlns='urn:xmpp:push:0'/>", "modify bad-request")]
    [InlineData("<disable xmlns='urn:xmpp:push:0' jid='a@b@c'/>", "modify jid-malformed")]
    [InlineData("<enable xmlns='urn:xmpp:push:0' jid='p' node='n'><x xmlns='jabber:x:data' type='submit'/></enable>", "modify bad-request")]
    [InlineData("<enable xmlns='urn:xmpp:push:0' jid='p' node='n'>[hold=maybe]</enable>", "modify bad-request")]
    [InlineData("<enable xmlns='urn:xmpp:push:0' jid='p' node='n'>[loud=1]</enable>", "cancel feature-not-implemented")]
    [InlineData("<enable xmlns='urn:xmpp:push:0' jid='p' node='n'>[muted=@]</enable>", "modify jid-malformed")]
    public void What_makes_no_sense_is_refused(string payload, string outcome)
    {
        var phone = Connect(Alice, "phone");
        Assert.Equal(outcome, Asked(phone, payload.Replace("[hold=maybe]", Own("hold", "maybe"), StringComparison.Ordinal)
            .Replace("[muted=@]", Own("muted", "@"), StringComparison.Ordinal).Replace("[loud=1]", Own("loud", "1"), StringComparison.Ordinal), type: "set"));
        Assert.Empty(Stored());
    }

    [Fact]
    public void Options_and_nodes_have_a_limit()
    {
        var phone = Connect(Alice, "phone");
        Assert.Equal("modify policy-violation", Asked(phone, Enabling("n", Options.Replace("s&amp;3", new string('s', 4096), StringComparison.Ordinal)), type: "set"));
        Assert.Equal("modify policy-violation", Asked(phone, Enabling(new string('n', 1024)), type: "set"));
    }

    [Fact]
    public void Ten_registrations_are_enough_and_one_of_them_may_be_made_again()
    {
        var phone = Connect(Alice, "phone");
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal("result", Asked(phone, Enabling($"node-{i}"), type: "set")));
        Assert.Equal("wait resource-constraint", Asked(phone, Enabling("node-10"), type: "set"));
        Assert.Equal("result", Asked(phone, Enabling("node-3", Options), type: "set"));
        Assert.Equal(10, Stored().Count);
    }

    [Theory]
    [InlineData(" node='node-1'", "node-2 push.example,node-1 push2.example")]
    [InlineData(" node='other'", "node-1 push.example,node-2 push.example,node-1 push2.example")]
    [InlineData("", "node-1 push2.example")]
    public void Disabling_removes_one_or_all_of_a_service(string node, string left)
    {
        var phone = Connect(Alice, "phone");
        phone.Ask(Request(Enabling("node-1"), type: "set"));
        phone.Ask(Request(Enabling("node-2"), type: "set"));
        phone.Ask(Request("<enable xmlns='urn:xmpp:push:0' jid='push2.example' node='node-1'/>", type: "set"));
        Assert.Equal("result", Asked(phone, $"<disable xmlns='urn:xmpp:push:0' jid='PUSH.example'{node}/>", type: "set"));
        Assert.Equal(left, string.Join(',', Stored().Select(r => $"{r.Node} {r.Service}")));
    }

    [Fact]
    public void Given_a_phone_reinstalled_when_it_registers_the_same_address_then_the_old_session_ends_and_its_unread_messages_come_to_the_new()
    {
        var old = LogIn(Alice, "phone.1");
        old.Ask(Request(Enabling("node-1"), type: "set"));
        old.Acknowledge();
        old.Drop();
        Bench.Connect(Bob, "b").Send($"<message to='{Alice}' type='chat'><body>unread</body></message>");
        var now = Connect(Alice, "phone.2");
        Assert.Equal("result", Asked(now, Enabling("node-1"), type: "set"));
        now.Send("<presence/>");
        Assert.Equal(["unread"], now.Bodies);
        Assert.Equal(Session(now).No, Assert.Single(Stored()).SessionNo);
        Assert.Equal(["phone.2"], Bench.User(Alice).Sessions.Select(s => s.Resource));
        Assert.IsType<ResumeRefusedOutput>(old.Resume());
    }

    [Fact]
    public void Given_two_connected_clients_with_one_address_then_the_older_is_told_of_the_conflict()
    {
        var (old, now) = (LogIn(Alice, "phone.1"), Connect(Alice, "phone.2"));
        old.Ask(Request(Enabling("node-1"), type: "set"));
        now.Ask(Request(Enabling("node-1"), type: "set"));
        Assert.Equal(Protocol.Streams.StreamErrorCondition.Conflict, Assert.IsType<CloseOutput>(old.Controls[^1]).Condition);
    }

    [Fact]
    public void Without_a_node_the_address_is_the_users_and_ends_nobody()
    {
        var (desk, phone) = (Connect(Alice, "desk"), Connect(Alice, "phone"));
        foreach (var client in new[] { desk, phone })
        {
            Assert.Equal("result", Asked(client, $"<enable xmlns='urn:xmpp:push:0' jid='{Service}'/>", type: "set"));
        }

        Assert.Equal(2, Bench.User(Alice).Sessions.Count);
        Assert.Equal(Session(phone).No, Assert.Single(Stored()).SessionNo);
    }

    [Fact]
    public void A_dead_address_lives_again_and_is_not_told_of_what_came_meanwhile()
    {
        var phone = LogIn(Alice, "phone");
        phone.Ask(Request(Enabling("node-1"), type: "set"));
        phone.Acknowledge();
        phone.Drop();
        Bench.Provider = _ => PushOutcome.Gone;
        var bob = Bench.Connect(Bob, "b");
        bob.Send($"<message to='{Alice}' type='chat'><body>one</body></message>");
        Assert.NotNull(Assert.Single(Stored()).DisabledReason);
        bob.Send($"<message to='{Alice}' type='chat'><body>two</body></message>");
        phone.Resume();
        phone.Acknowledge();
        Assert.Equal("result", Asked(phone, Enabling("node-1"), type: "set"));
        Assert.Null(Assert.Single(Stored()).DisabledReason);
        Assert.Single(Bench.Pushes);
    }

    [Fact]
    public void Our_own_form_asks_for_silence_while_inactive()
    {
        var phone = LogIn(Alice, "phone");
        Assert.Equal("result", Asked(phone, Enabling("node-1", Own("hold", "true") + Options), type: "set"));
        Assert.Equal((true, true), (Stored()[0].Hold, Stored()[0].OwnForm));
        Assert.NotNull(Stored()[0].Options);
        phone.Active(false);
        phone.Received.Clear();
        Bench.Connect(Bob, "b").Send($"<message to='{Alice}' type='chat'><body>held</body></message>");
        Assert.Empty(phone.Received);
        Assert.Equal("result", Asked(phone, $"<disable xmlns='urn:xmpp:push:0' jid='{Service}'/>", type: "set"));
        Assert.Equal(["held"], phone.Bodies);
    }

    [Fact]
    public void Our_own_form_names_the_conversations_that_are_muted_and_the_next_one_replaces_it()
    {
        var phone = Connect(Alice, "phone");
        Assert.Equal("result", Asked(phone, Enabling("node-1", Own("muted", "Carol@example.org/x</value><value>bob@example.org</value><value>carol@example.org")), type: "set"));
        Assert.Equal([Bob, Carol], Stored()[0].Muted!);
        Assert.True(Stored()[0].OwnForm);
        Assert.Equal("result", Asked(phone, Enabling("node-1", Own("hold", "false")), type: "set"));
        Assert.Null(Stored()[0].Muted);
        var many = string.Join("</value><value>", Enumerable.Range(0, 201).Select(i => $"user{i}@example.org"));
        Assert.Equal("modify policy-violation", Asked(phone, Enabling("node-1", Own("muted", many)), type: "set"));
    }

    [Fact]
    public void A_client_that_is_inactive_already_falls_silent_after_the_answer()
    {
        var (phone, bob) = (LogIn(Alice, "phone"), LogIn(Bob, "b"));
        Befriend(phone, bob);
        phone.Active(false);
        Assert.Equal("result", Asked(phone, Enabling("node-1", Own("hold", "1")), type: "set"));
        Assert.True(Session(phone).Silent);
        Assert.Equal("away", Assert.Single(bob.Presences).Child("show")!.Text);
        Assert.Equal("result", Asked(phone, $"<disable xmlns='urn:xmpp:push:0' jid='{Service}'/>", type: "set"));
        Assert.Null(bob.Presences.Last().Child("show"));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Logging_out_ends_a_registration_of_our_form_only(bool own, int left)
    {
        var phone = Connect(Alice, "phone");
        phone.Ask(Request(Enabling("node-1", own ? Own("hold", "false") : ""), type: "set"));
        phone.Close();
        Assert.Equal(left, Stored().Count);
    }

    private static string Enabling(string node, string forms = "") => $"<enable xmlns='urn:xmpp:push:0' jid='{Service}' node='{node}'>{forms}</enable>";

    private static string Own(string field, string value) =>
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:presence:push:0</value></field>" +
        $"<field var='{field}'><value>{value}</value></field></x>";

    private IReadOnlyList<PushRegistrationRow> Stored() => Bench.Store.LoadUser(ShardKey.UserId(Alice), 1)!.Registrations;
}

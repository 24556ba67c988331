using Presence.Actors.Admin;
using Presence.Actors.Tests.Iq;
using Presence.Protocol.Streams;
using Presence.Routing;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Admin;

/// <summary>What operators ask of one user, and what they are told.</summary>
public class AdminTests : Scene
{
    private const string Dave = "dave@example.org";

    [Fact]
    public void An_account_is_made_once_and_can_be_used_at_once()
    {
        Assert.Equal(AdminStatus.Done, Create(Dave));
        Assert.Equal(AdminStatus.AlreadyExists, Create(Dave));
        Assert.Equal(AdminStatus.AlreadyExists, Create(Alice));
        var dave = LogIn(Dave, "phone");
        Assert.Equal("dave@example.org/phone", dave.FullJid!.ToString());
        Connect(Alice, "a").Send($"<message to='{Dave}' type='chat'><body>welcome</body></message>");
        Assert.Equal(["welcome"], dave.Bodies);
        Bench.Crash();
        Assert.Equal(AdminStatus.AlreadyExists, Create(Dave));
    }

    [Fact]
    public void Given_mail_to_an_address_nobody_has_when_the_account_is_made_then_it_is_a_fresh_one()
    {
        var alice = Connect(Alice, "a");
        alice.Send($"<message to='{Dave}' type='chat'><body>too early</body></message>");
        Assert.Equal("cancel service-unavailable", Outcome(Assert.Single(alice.Messages)));
        Create(Dave);
        Assert.Empty(LogIn(Dave, "phone").Bodies);
    }

    [Fact]
    public void New_credentials_replace_the_old()
    {
        var keys = new CredentialRow([1], 1, [2], [3], [4], [5]);
        Assert.Equal(AdminStatus.Done, Bench.Ask(new ChangeCredentialsRequest(Id(Alice), keys)).Status);
        Assert.Equal(keys, Bench.Store.ReadCredentials(Id(Alice)));
    }

    [Fact]
    public void Of_nobody_nothing_can_be_asked() => Assert.All(
        new AdminRequest[]
        {
            new ChangeCredentialsRequest(Id(Nobody), Keys), new RemoveAccountRequest(Id(Nobody)), new DescribeUserRequest(Id(Nobody)),
            new KickRequest(Id(Nobody), null), new ExplainRequest(Id(Nobody), Bench.StanzaIds.Encode(1)),
        },
        request => Assert.Equal(AdminStatus.NoSuchUser, Bench.Ask(request).Status));

    [Fact]
    public void Given_contacts_when_an_account_is_removed_then_they_see_it_go_and_nothing_is_left()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Ask(Request("<query xmlns='jabber:iq:roster'/>"));
        alice.Ask(Request("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>", type: "set"));
        alice.Ask(Request($"<block xmlns='urn:xmpp:blocking'><item jid='{Carol}'/></block>", type: "set"));
        bob.Send($"<message to='{Alice}' type='chat'><body>hello</body></message>");
        Assert.Equal(AdminStatus.Done, Bench.Ask(new RemoveAccountRequest(Id(Alice))).Status);
        Assert.IsType<CloseOutput>(alice.Controls[^1]);
        Assert.Equal(["unavailable", "unsubscribe", "unsubscribed"], bob.Presences.Select(p => p.Attr("type")).Distinct().Order());
        Assert.Equal(Subscription.None, Bench.User(Bob).Roster[Alice].Subscription);
        Assert.Null(Bench.Store.LoadUser(Id(Alice), 1));
        Assert.False(Bench.Store.State.Users.ContainsKey(Id(Alice)));
        bob.Received.Clear();
        bob.Send($"<message to='{Alice}' type='chat'><body>still there?</body></message>");
        Assert.Equal("cancel service-unavailable", Outcome(Assert.Single(bob.Messages)));
        Assert.IsType<BindRefusedOutput>(Bench.Connect(Alice, "desk").Controls[^1]);
    }

    [Fact]
    public void An_account_made_anew_inherits_nothing_and_repeats_no_id()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        bob.Send($"<message to='{Alice}' type='chat'><body>before</body></message>");
        var last = Bench.User(Alice).LastId;
        Bench.Ask(new RemoveAccountRequest(Id(Alice)));
        Assert.Equal(AdminStatus.Done, Create(Alice));
        var again = LogIn(Alice, "desk");
        Assert.Empty(again.Messages);
        var user = Bench.User(Alice);
        Assert.Equal((0, 0, 0, 0, 1), (user.Roster.Count, user.Tail.Count, user.Backlog.Count, user.Tombstones.Count, user.Sessions.Count));
        bob.Send($"<message to='{Alice}' type='chat'><body>after</body></message>");
        Assert.True(Bench.User(Alice).LastId > last);
        Assert.Equal(["after"], again.Bodies);
        Bench.Crash();
        Assert.Equal(AdminStatus.AlreadyExists, Create(Alice));
    }

    [Fact]
    public void An_account_is_not_made_while_what_its_predecessor_left_is_still_being_deleted()
    {
        Bench.Ask(new RemoveAccountRequest(Id(Alice)));
        Bench.Store.Erasing.Add(Id(Alice));
        Assert.Equal(AdminStatus.Erasing, Create(Alice));
        Assert.Null(Bench.Store.ReadCredentials(Id(Alice)));
        Bench.Crash();
        Assert.Equal(AdminStatus.Erasing, Create(Alice));
        Bench.Store.Erasing.Clear();
        Assert.Equal(AdminStatus.Done, Create(Alice));
        Assert.NotNull(Bench.Store.ReadCredentials(Id(Alice)));
    }

    [Fact]
    public void One_session_or_all_are_ended()
    {
        var (desk, phone, tablet) = (LogIn(Alice, "desk"), LogIn(Alice, "phone"), LogIn(Alice, "tablet"));
        tablet.Drop();
        Assert.Equal(AdminStatus.NotFound, Bench.Ask(new KickRequest(Id(Alice), "watch")).Status);
        Assert.Equal(AdminStatus.Done, Bench.Ask(new KickRequest(Id(Alice), "desk")).Status);
        Assert.Equal(StreamErrorCondition.Reset, Assert.IsType<CloseOutput>(desk.Controls[^1]).Condition);
        Assert.Equal(["phone", "tablet"], Bench.User(Alice).Sessions.Select(s => s.Resource));
        Assert.Equal(AdminStatus.Done, Bench.Ask(new KickRequest(Id(Alice), null)).Status);
        Assert.IsType<CloseOutput>(phone.Controls[^1]);
        Assert.IsType<ResumeRefusedOutput>(tablet.Resume());
        Assert.Empty(Bench.User(Alice).Sessions);
    }

    [Fact]
    public void A_description_tells_sessions_queue_and_registrations()
    {
        var (desk, phone, bob) = (LogIn(Alice, "desk"), LogIn(Alice, "phone"), Connect(Bob, "b"));
        desk.Send("<presence><show>dnd</show><priority>7</priority></presence>");
        desk.Ask(Request("<enable xmlns='urn:xmpp:carbons:2'/>", type: "set"));
        phone.Ask(Request("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>", type: "set"));
        phone.Acknowledge();
        phone.Drop();
        bob.Send($"<message to='{Alice}' type='chat'><body>hello</body></message>");
        Bench.Advance(TimeSpan.FromSeconds(20));
        desk.Acknowledge();
        desk.Active(false);

        var reply = Bench.Ask(new DescribeUserRequest(Id(Alice)));
        var user = reply.User!;
        Assert.Equal((AdminStatus.Done, Alice), (reply.Status, user.Jid));
        var (first, second) = (user.Sessions[0], user.Sessions[1]);
        Assert.Equal(("desk", "inactive", true, "dnd", 7, 0L, false, true), Facts(first));
        Assert.Equal((desk.Connection.Value, "127.0.0.1", null), (first.ConnectionId!.Value, first.Remote, first.ExpiresAtMs));
        Assert.Equal(("phone", "disconnected", true, "away", 0, 1L, true, false), Facts(second));
        Assert.Equal((null, null, Bench.Now - 20_000 + (14L * 86_400_000)), (second.ConnectionId, second.Remote, second.ExpiresAtMs));
        var queued = Assert.Single(user.Queue);
        Assert.Equal(["phone"], queued.WaitsFor);
        Assert.Equal((Bob, true, Bench.User(Alice).LastId, Bench.StanzaIds.Encode(queued.Id)), (queued.From, queued.Deserving, queued.Id, queued.StanzaId));
        Assert.True(queued.Bytes > 0 && second.QueuedBytes == queued.Bytes);
        Assert.Equal(new RegistrationDescription("push.example", "n", "phone", false, null), Assert.Single(user.Registrations));
    }

    [Fact]
    public void What_waits_for_a_first_device_is_listed_too_and_not_without_end()
    {
        var bob = Connect(Bob, "b");
        for (var i = 0; i < 1_005; i++)
        {
            bob.Send($"<message to='{Alice}' type='chat'><body>{i}</body></message>");
        }

        var user = Bench.Ask(new DescribeUserRequest(Id(Alice))).User!;
        Assert.Empty(user.Sessions);
        Assert.Equal(1_000, user.Queue.Count);
        Assert.All(user.Queue, q => Assert.Empty(q.WaitsFor));
        Assert.Equal(user.Queue.Select(q => q.Id).Order(), user.Queue.Select(q => q.Id));
    }

    [Fact]
    public void A_silent_session_is_called_so()
    {
        var phone = LogIn(Alice, "phone");
        phone.Send("<iq type='set' id='p'><enable xmlns='urn:xmpp:push:0' jid='p' node='n'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>" +
            "<value>urn:presence:push:0</value></field><field var='hold'><value>1</value></field></x></enable></iq>");
        Assert.Equal("active", Bench.Ask(new DescribeUserRequest(Id(Alice))).User!.Sessions[0].Phase);
        phone.Active(false);
        var user = Bench.Ask(new DescribeUserRequest(Id(Alice))).User!;
        Assert.Equal(("silent", "away", true), (user.Sessions[0].Phase, user.Sessions[0].Presence, user.Registrations[0].Hold));
    }

    [Fact]
    public void A_message_is_explained_by_the_id_that_clients_show()
    {
        var (phone, bob) = (LogIn(Alice, "phone"), Connect(Bob, "b"));
        phone.Ask(Request("<enable xmlns='urn:xmpp:push:0' jid='push.example' node='n'/>", type: "set"));
        phone.Acknowledge();
        phone.Drop();
        bob.Send($"<message to='{Alice}' type='chat'><body>hello</body></message>");
        Assert.Single(Bench.Pushes);
        var reply = Bench.Ask(new ExplainRequest(Id(Alice), Bench.StanzaIds.Encode(Bench.User(Alice).LastId)));
        Assert.Equal(AdminStatus.Done, reply.Status);
        Assert.Contains(reply.Lines!, l => l.Contains("device n ", StringComparison.Ordinal));
        Assert.Equal(AdminStatus.NotFound, Bench.Ask(new ExplainRequest(Id(Alice), Bench.StanzaIds.Encode(5))).Status);
        Assert.Equal(AdminStatus.NotFound, Bench.Ask(new ExplainRequest(Id(Alice), "no id at all")).Status);
    }

    private static CredentialRow Keys => new(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);

    private static long Id(string jid) => ShardKey.UserId(jid);

    private static (string, string, bool, string, int, long, bool, bool) Facts(SessionDescription s) =>
        (s.Resource, s.Phase, s.Resumable, s.Presence, s.Priority, s.Queued, s.PushEnabled, s.Carbons);

    private AdminStatus Create(string jid) => Bench.Ask(new CreateAccountRequest(Id(jid), jid, Keys)).Status;
}

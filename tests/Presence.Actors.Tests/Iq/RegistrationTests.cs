using System.Text;
using Presence.Actors.Admin;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>The own registration once logged in (XEP-0077 §3.1–3.3), as the owner deals with it.</summary>
public class RegistrationTests : Scene
{
    private const string Remove = "<query xmlns='jabber:iq:register'><remove/></query>";

    [Theory]
    [InlineData(null)]
    [InlineData(Alice)]
    [InlineData(Domain)]
    public void The_form_says_who_is_registered(string? to)
    {
        var query = Connect(Alice, "desk").Ask(Request("<query xmlns='jabber:iq:register'/>", to)).Child("query", Namespaces.Register)!;
        Assert.Equal(["registered", "username", "password"], query.Children.Select(c => c.Name));
        Assert.Equal(("alice", ""), (query.Child("username")!.Text, query.Child("password")!.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cancelling_is_answered_before_every_session_ends(bool managed)
    {
        var (desk, phone) = (managed ? LogIn(Alice, "desk") : Bench.Connect(Alice, "desk"), LogIn(Alice, "phone"));
        Assert.Equal("result", Asked(desk, Remove, type: "set"));
        Assert.All([desk, phone], client => Assert.Equal(StreamErrorCondition.NotAuthorized, Assert.IsType<CloseOutput>(client.Controls[^1]).Condition));
        Assert.Null(Bench.Store.ReadCredentials(ShardKey.UserId(Alice)));
        Assert.IsType<BindRefusedOutput>(Bench.Connect(Alice, "desk").Controls[^1]);
        Assert.Equal(1, Bench.AccountsRemoved);
    }

    [Theory]
    [InlineData("<query xmlns='jabber:iq:register'><remove/><username>alice</username></query>")]
    [InlineData("<query xmlns='jabber:iq:register'/>")]
    public void Anything_beside_the_removal_is_refused(string payload)
    {
        Assert.Equal("modify bad-request", Asked(Connect(Alice, "desk"), payload, type: "set"));
        Assert.NotNull(Bench.Store.ReadCredentials(ShardKey.UserId(Alice)));
    }

    [Fact]
    public void What_the_edge_answered_counts_both_ways_and_once()
    {
        var alice = Connect(Alice, "desk");
        alice.Send(Request(Ping));
        AnsweredByEdge(alice, 3, "gap");
        AnsweredByEdge(alice, 2, "next");
        AnsweredByEdge(alice, 2, "repeat");
        alice.RequestAck();
        Assert.Equal(["q", "next"], alice.Received.Select(r => r.Attr("id")));
        Assert.Equal([1, 2], alice.Numbers);
        Assert.Equal(2, alice.AcknowledgedByServer);
        Assert.Equal(2, Session(alice).HIn);
    }

    [Fact]
    public void A_client_that_lost_the_answer_gets_it_after_resuming_and_one_whose_request_was_not_counted_may_repeat_it()
    {
        var alice = Connect(Alice, "desk");
        AnsweredByEdge(alice, 1, "lost");
        alice.Drop();

        // The edge was still at it when the socket went: its answer finds no session on that connection.
        AnsweredByEdge(alice, 2, "void");
        alice.Received.Clear();
        Assert.Equal(1, Assert.IsType<ResumedOutput>(alice.Resume(h: 0)).H);
        AnsweredByEdge(alice, 2, "again");
        Assert.Equal(["lost", "again"], alice.Received.Select(r => r.Attr("id")));
    }

    [Fact]
    public void An_answer_for_a_session_that_was_forgotten_closes_the_connection()
    {
        var alice = Connect(Alice, "desk");
        Bench.Ask(new KickRequest(alice.UserId, null));
        AnsweredByEdge(alice, 1, "late");
        Assert.Equal(StreamErrorCondition.InternalServerError, Assert.IsType<CloseOutput>(alice.Controls[^1]).Condition);
    }

    private void AnsweredByEdge(BenchClient client, long number, string id) => Bench.Input(
        new AnsweredIqInput(client.UserId, client.Connection, number, Encoding.UTF8.GetBytes($"<iq type='result' id='{id}' to='{client.FullJid}'/>")));
}

using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>Where IQs go, and how those that cannot be handled are refused (RFC 6120 §8.2.3, RFC 6121 §8.5).</summary>
public class RoutingTests : Scene
{
    [Theory]
    [InlineData("<iq type='get' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "modify bad-request")]
    [InlineData("<iq type='fetch' id='q' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "modify bad-request")]
    [InlineData("<iq id='q' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "modify bad-request")]
    [InlineData("<iq type='get' id='q' to='example.org'/>", "modify bad-request")]
    [InlineData("<iq type='set' id='q'><a xmlns='x'/><b xmlns='x'/></iq>", "modify bad-request")]
    [InlineData("<iq type='get' id='q' to='@example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "modify jid-malformed")]
    [InlineData("<iq type='get' id='q' to='bob@elsewhere.example'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel remote-server-not-found")]
    [InlineData("<iq type='get' id='q' to='elsewhere.example'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel remote-server-not-found")]
    [InlineData("<iq type='get' id='q' to='example.org/x'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel service-unavailable")]
    [InlineData("<iq type='get' id='q' to='example.org'><query xmlns='urn:example:unknown'/></iq>", "cancel service-unavailable")]
    [InlineData("<iq type='set' id='q'><query xmlns='urn:example:unknown'/></iq>", "cancel service-unavailable")]
    [InlineData("<iq type='get' id='q'><query xmlns='jabber:iq:version'/></iq>", "cancel service-unavailable")]
    [InlineData("<iq type='set' id='q' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel feature-not-implemented")]
    [InlineData("<iq type='get' id='q'><enable xmlns='urn:xmpp:carbons:2'/></iq>", "cancel feature-not-implemented")]
    [InlineData("<iq type='get' id='q' to='alice@example.org/gone'><ping xmlns='urn:xmpp:ping'/></iq>", "cancel service-unavailable")]
    public void What_cannot_be_handled_is_refused_with_its_reason(string iq, string outcome)
    {
        var alice = Connect(Alice, "desk");
        alice.Send(iq);
        var answer = Assert.Single(alice.Received);
        Assert.Equal(outcome, Outcome(answer));
        Assert.Equal(alice.FullJid!.ToString(), answer.Attr("to"));
        Assert.Equal(iq.Contains("id=", StringComparison.Ordinal) ? "q" : null, answer.Attr("id"));
    }

    [Theory]
    [InlineData("<iq type='result'/>")]
    [InlineData("<iq type='result' id='x'/>")]
    [InlineData("<iq type='result' id='x' to='example.org'/>")]
    [InlineData("<iq type='result' id='x' to='bob@example.org'/>")]
    [InlineData("<iq type='result' id='x' to='@'/>")]
    [InlineData("<iq type='error' id='x' to='bob@elsewhere.example'/>")]
    [InlineData("<iq type='error' id='x' to='bob@example.org/gone'/>")]
    public void An_answer_that_goes_nowhere_is_not_answered(string iq)
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        alice.Send(iq);
        Assert.Empty(alice.Received);
        Assert.Empty(bob.Received);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("alice@example.org")]
    [InlineData("ALICE@EXAMPLE.org")]
    [InlineData("example.org")]
    public void Account_and_server_answer_in_the_name_they_were_asked(string? to)
    {
        var alice = Connect(Alice, "desk");
        var answer = alice.Ask(Request(Ping, to));
        Assert.Equal(("result", "q", to == Domain ? Domain : Alice, "alice@example.org/desk"),
            (answer.Attr("type"), answer.Attr("id"), answer.Attr("from"), answer.Attr("to")));
        Assert.Empty(answer.Children);
    }

    [Fact]
    public void Given_a_session_of_another_user_when_it_is_asked_then_request_and_answer_pass_unchanged()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        alice.Send("<iq type='set' id='a&amp;1' to='bob@example.org/phone' xml:lang='de'><x:query xmlns:x='urn:example:x' y='&lt;'>ä<x:z/></x:query></iq>");
        var request = Assert.Single(bob.Received);
        Assert.Equal(XmlElement.Parse(
            "<iq from='alice@example.org/desk' to='bob@example.org/phone' type='set' id='a&amp;1' xml:lang='de'><query xmlns='urn:example:x' y='&lt;'>ä<z/></query></iq>"), request);
        bob.Send("<iq type='result' id='a&amp;1' to='alice@example.org/desk'><query xmlns='urn:example:x'/></iq>");
        Assert.Equal(("bob@example.org/phone", "result", "a&1"), (alice.Received[0].Attr("from"), alice.Received[0].Attr("type"), alice.Received[0].Attr("id")));
    }

    [Fact]
    public void Devices_of_one_user_ask_each_other_even_if_the_list_blocks_them()
    {
        var (desk, phone) = (Connect(Alice, "desk"), Connect(Alice, "phone"));
        Assert.Equal("result", Asked(desk, $"<block xmlns='urn:xmpp:blocking'><item jid='{Alice}'/><item jid='{Domain}'/></block>", type: "set"));
        desk.Send(Request(Ping, "alice@example.org/phone"));
        Assert.Equal("alice@example.org/desk", Assert.Single(phone.Received).Attr("from"));
        phone.Send("<iq type='error' id='q' to='alice@example.org/desk'><error type='cancel'/></iq>");
        Assert.Equal("alice@example.org/phone", desk.Received[^1].Attr("from"));
    }

    [Fact]
    public void Given_a_socket_just_lost_when_the_session_is_asked_then_the_request_waits_for_the_resume()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        bob.Drop();
        alice.Send(Request(Ping, "bob@example.org/phone"));
        Bench.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(alice.Received);
        bob.Resume();
        Assert.Equal("q", Assert.Single(bob.Received).Attr("id"));
        Bench.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(alice.Received);
    }

    [Fact]
    public void Given_a_socket_long_lost_then_a_waiting_request_and_a_new_one_are_refused_and_nothing_is_delivered_later()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        bob.Drop();
        alice.Send(Request(Ping, "bob@example.org/phone", id: "early"));
        Bench.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(("early", "wait recipient-unavailable"), (alice.Received[0].Attr("id"), Outcome(alice.Received[0])));
        Assert.Equal("wait recipient-unavailable", Asked(alice, Ping, "bob@example.org/phone"));
        Assert.Equal("bob@example.org/phone", alice.Received[^1].Attr("from"));
        bob.Resume();
        Assert.Empty(bob.Received);
    }

    [Fact]
    public void An_answer_waits_for_a_session_whose_socket_is_lost()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        alice.Send(Request(Ping, "bob@example.org/phone"));
        alice.Drop();
        bob.Send("<iq type='result' id='q' to='alice@example.org/desk'/>");
        alice.Resume();
        Assert.Equal("bob@example.org/phone", Assert.Single(alice.Received).Attr("from"));
    }

    [Fact]
    public void When_a_session_ends_its_waiting_requests_are_refused()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        bob.Drop();
        alice.Send(Request(Ping, "bob@example.org/phone"));
        Connect(Bob, "phone");
        Assert.Equal("wait recipient-unavailable", Outcome(Assert.Single(alice.Received)));
    }

    [Fact]
    public void A_request_waits_for_a_client_that_asked_for_silence()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Session(bob).Hold = true;
        bob.Active(false);
        alice.Send(Request(Ping, "bob@example.org/phone"));
        Assert.Empty(bob.Received);
        bob.Active(true);
        Assert.Single(bob.Received);
    }

    [Fact]
    public void Version_tells_the_software_and_no_more()
    {
        var query = Connect(Alice, "desk").Ask(Request("<query xmlns='jabber:iq:version'/>", Domain)).Child("query", Namespaces.Version)!;
        Assert.Equal([("name", "Presence"), ("version", "test")], query.Children.Select(c => (c.Name, c.Text)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("example.org")]
    public void The_old_session_request_succeeds(string? to) =>
        Assert.Equal("result", Asked(Connect(Alice, "desk"), "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>", to, "set"));

    [Fact]
    public void The_roster_is_the_owners_alone()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Asked(alice, "<query xmlns='jabber:iq:roster'/>"));
        Assert.Equal("result", Asked(alice, $"<query xmlns='jabber:iq:roster'><item jid='{Bob}'/></query>", Alice, "set"));
        Assert.Equal("cancel service-unavailable", Asked(alice, "<query xmlns='jabber:iq:roster'/>", Bob));
    }
}

using Presence.Tests.Shared;
using Presence.Routing;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>Messages between users: rows, numbers, acknowledgements, crash and resume.</summary>
public class MessageTests
{
    private readonly ExecutorBench _bench = new();
    private readonly BenchClient _alice;
    private readonly BenchClient _bob;

    public MessageTests()
    {
        _bench.AddUser("alice@example.org");
        _bench.AddUser("bob@example.org");
        _alice = _bench.Connect("alice@example.org", "desk").Enable();
        _bob = _bench.Connect("bob@example.org", "phone").Enable();
    }

    [Fact]
    public void A_message_to_a_full_jid_arrives_with_its_stanza_id()
    {
        _alice.Send("<message to='bob@example.org/phone' type='chat' id='m1'><body>hello</body></message>");
        var message = Assert.Single(_bob.Messages);
        Assert.Equal("hello", message.Child("body")!.Text);
        Assert.Equal("alice@example.org/desk", message.Attr("from"));
        Assert.Equal("bob@example.org", message.Child("stanza-id", "urn:xmpp:sid:0")!.Attr("by"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<no-store xmlns='urn:xmpp:hints'/>")]
    public void A_stanza_id_that_the_sender_made_up_never_arrives(string hint)
    {
        _alice.Send($"<message to='bob@example.org/phone' type='chat'><body>x</body><stanza-id xmlns='urn:xmpp:sid:0' by='BOB@example.org' id='forged'/>{hint}</message>");
        Assert.DoesNotContain(Assert.Single(_bob.Messages).Children, child => child.Name == "stanza-id" && child.Attr("id") == "forged");
    }

    [Fact]
    public void An_ack_request_is_answered_with_what_is_committed()
    {
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>1</body></message>");
        _alice.RequestAck();
        Assert.Equal(1, _alice.AcknowledgedByServer);
    }

    [Fact]
    public void A_suspended_session_gets_its_queue_once_and_in_order_after_a_resume()
    {
        _bob.Drop();
        for (var i = 0; i < 250; i++)
        {
            _alice.Send($"<message to='bob@example.org/phone' type='chat'><body>{i}</body></message>");
        }

        Assert.Empty(_bob.Messages);
        Assert.IsType<ResumedOutput>(_bob.Resume());
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{i}"), _bob.Bodies);
        _bob.Acknowledge();
        _bob.Drop();
        _bob.Resume();
        Assert.Equal(250, _bob.Bodies.Count());
    }

    [Fact]
    public void After_a_crash_the_client_resumes_and_misses_nothing_and_gets_nothing_twice()
    {
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>seen</body></message>");
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>also seen</body></message>");
        _bench.Crash();
        Assert.IsType<ResumedOutput>(_alice.Resume());
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>queued</body></message>");
        Assert.IsType<ResumedOutput>(_bob.Resume());
        Assert.Equal(["seen", "also seen", "queued"], _bob.Bodies);
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>live</body></message>");
        Assert.Equal(["seen", "also seen", "queued", "live"], _bob.Bodies);
    }

    [Fact]
    public void A_client_that_lost_what_was_sent_gets_it_again_after_a_crash()
    {
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>1</body></message>");
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>2</body></message>");
        _bench.Crash();
        _bob.Received.Clear();
        Assert.IsType<ResumedOutput>(_bob.Resume(h: 1));
        Assert.Equal(["2"], _bob.Bodies);
    }

    [Fact]
    public void A_message_to_nobody_is_refused()
    {
        _alice.Send("<message to='nobody@example.org' type='chat' id='x'><body>?</body></message>");
        var error = Assert.Single(_alice.Messages);
        Assert.Equal("error", error.Attr("type"));
        Assert.NotNull(error.Child("error")!.Child("service-unavailable", "urn:ietf:params:xml:ns:xmpp-stanzas"));
    }
}

using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Actors.Users.Features;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>What an operator reads about one message.</summary>
public class PushExplanationTests
{
    private readonly PushBench _bench = new();

    [Fact]
    public void A_push_that_waits_is_explained_with_its_time()
    {
        _bench.Phone().Drop();
        _bench.Seconds(20);
        _bench.Client("desktop");
        _bench.Write("secret words");
        var lines = Explain();
        Assert.StartsWith($"message {_bench.Bench.StanzaIds.Encode(Row.Id)} from alice@example.org, arrived 2023-11-14T22:13:40.000Z", lines[0], StringComparison.Ordinal);
        Assert.Contains("at arrival device node-of-the-… has lost its socket: push later, another client is in use", lines);
        Assert.Contains("since then device node-of-the-…: the push waits until 2023-11-14T22:18:40.000Z", lines);
        Assert.Contains("now device node-of-the-… has lost its socket: push later, another client is in use (until 2023-11-14T22:18:40.000Z)", lines);
        Assert.Contains(lines, l => l.StartsWith("facts: reach=Disconnected", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_push_that_left_is_explained()
    {
        _bench.Phone().Drop();
        _bench.Write("hello");
        var lines = Explain();
        Assert.Contains("at arrival device node-of-the-… has lost its socket: push at once, there is no other client", lines);
        Assert.Contains("since then device node-of-the-…: decided; its push left, or was cancelled before it was due", lines);
    }

    [Fact]
    public void A_message_the_device_acknowledged_is_explained()
    {
        var phone = _bench.Phone();
        _bench.Write("hello");
        Assert.Contains("since then device node-of-the-…: not decided yet", Explain());
        phone.Acknowledge();
        var lines = Explain();
        Assert.Contains("at arrival device node-of-the-… is connected and in the foreground: no push yet, the connected device has still time to acknowledge", lines);
        Assert.Contains("since then device node-of-the-…: the device acknowledged it, no push was needed", lines);
    }

    [Fact]
    public void A_push_on_its_way_and_one_to_be_repeated_are_explained()
    {
        _bench.Bench.Provider = _ => null;
        _bench.Phone().Drop();
        _bench.Write("hello");
        Assert.Contains("since then device node-of-the-…: a push is on its way, attempt 1", Explain());
        _bench.Bench.Input(new PushDoneInput(_bench.User.UserId, _bench.Pushes[0], PushOutcome.Retry));
        Assert.Contains("since then device node-of-the-…: the push service could not take it 1 times, again at 2023-11-14T22:13:22.000Z", Explain());
    }

    [Fact]
    public void Without_a_registration_and_without_a_reason_to_push_that_is_said()
    {
        _bench.Write("hello");
        Assert.Contains("at arrival no device was registered for pushes", Explain());
        _bench.Alice.Send("<message to='bob@example.org' type='chat'><received xmlns='urn:xmpp:receipts' id='x'/></message>");
        Assert.Equal("it is never pushed: receipts, states, markers and own messages wake nobody", Explain()[1]);
    }

    [Theory]
    [InlineData("<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", "a correction changes words of a message that had its push, and wakes nobody again")]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'/>", "a reaction wakes nobody")]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>", "a retraction wakes nobody")]
    public void What_changes_a_message_is_named_as_the_reason(string content, string reason)
    {
        _bench.Phone().Drop();
        _bench.Alice.Send($"<message to='bob@example.org' type='chat'>{content}</message>");
        Assert.Equal($"it is never pushed: {reason}", Explain()[1]);
    }

    [Fact]
    public void A_message_that_was_taken_back_says_so()
    {
        _bench.Phone().Drop();
        _bench.Alice.Send("<message to='bob@example.org' type='chat' id='m1'><body>x</body></message>");
        var row = Row;
        _bench.Alice.Send("<message to='bob@example.org' type='chat' id='r1'><retract xmlns='urn:xmpp:message-retract:1' id='m1'/></message>");
        Assert.Equal("it is never pushed: its author took it back", Explain(_bench.Bench.Store.ReadMessages(row.UserId, [row.Id])[0])[1]);
    }

    [Fact]
    public void A_muted_conversation_is_named_as_the_reason()
    {
        _bench.Phone().Drop();
        _bench.Put(new PushRegistered(_bench.Registration with { Muted = ["alice@example.org"] }));
        _bench.Write("hello");
        var lines = Explain();
        Assert.Contains("at arrival device node-of-the-… has lost its socket: no push, the conversation is muted on this device", lines);
        Assert.Contains("now device node-of-the-… has lost its socket: no push, the conversation is muted on this device", lines);
        Assert.Contains(lines, l => l.StartsWith("facts:", StringComparison.Ordinal) && l.Contains(" muted=True ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dead_address_is_named_as_the_reason()
    {
        _bench.Bench.Provider = _ => PushOutcome.Gone;
        _bench.Phone().Drop();
        _bench.Write("hello");
        Assert.Contains(Explain(), l => l.StartsWith("now device node-of-the-… is disabled: ", StringComparison.Ordinal));
    }

    private MessageRow Row => _bench.Bench.Store.State.Users[ShardKey.UserId(PushBench.Bob)].Messages.Values.Last();

    private IReadOnlyList<string> Explain() => Explain(Row);

    private IReadOnlyList<string> Explain(MessageRow row)
    {
        var bench = _bench.Bench;
        var environment = new ActorEnvironment(ExecutorBench.Domain, bench.Options, bench.StanzaIds, new SeededRandom(1), bench.Store.ShardCount, "test");
        var user = _bench.User;
        var turn = new Turn(environment, bench.Now, user, bench.Executor.Shards.Single(s => s.Id == user.Shard), new OpenBatch { Ordinal = 1 });
        return PushFeature.Explain(row, turn);
    }
}

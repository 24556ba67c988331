using Presence.Actors.Shards;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>Stanzas just within what a client may send: stamped with addresses they are past it, and must arrive all the same.</summary>
public class LimitTests
{
    private readonly ExecutorBench _bench = new();
    private readonly BenchClient _alice;
    private readonly BenchClient _bob;

    public LimitTests()
    {
        _bench.AddUser("alice@example.org");
        _bench.AddUser("bob@example.org");
        _alice = _bench.Connect("alice@example.org", "a").Enable();
        _bob = _bench.Connect("bob@example.org", "b").Enable();
        _bob.Send("<presence/>");
        _bob.Received.Clear();
    }

    [Theory]
    [InlineData("bytes", "")]
    [InlineData("attributes", "")]
    [InlineData("depth", "")]
    [InlineData("children", "")]
    [InlineData("bytes", "<no-store xmlns='urn:xmpp:hints'/>")]
    [InlineData("attributes", "<no-store xmlns='urn:xmpp:hints'/>")]
    [InlineData("children", "<no-store xmlns='urn:xmpp:hints'/>")]
    public void A_message_at_the_limit_arrives(string limit, string hint)
    {
        _alice.Send(AtLimit("message", "to='bob@example.org' type='chat'", limit, hint));

        Assert.Equal("alice@example.org/a", Assert.Single(_bob.Messages).Attr("from"));
        _bench.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(_bench.Store.State.Outbox);
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("attributes")]
    public void A_request_at_the_limit_is_passed_on(string limit)
    {
        _alice.Send(AtLimit("iq", "to='bob@example.org/b' type='get' id='q'", limit, ""));

        Assert.Equal("q", Assert.Single(_bob.Received, e => e.Name == "iq").Attr("id"));
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("attributes")]
    public void A_subscription_request_at_the_limit_arrives(string limit)
    {
        _alice.Send(AtLimit("presence", "to='bob@example.org' type='subscribe'", limit, ""));

        Assert.Contains(_bob.Presences, p => p.Attr("type") == "subscribe");
    }

    [Fact]
    public void An_item_of_the_outbox_that_cannot_be_read_is_told_and_stops_nobody()
    {
        List<string> told = [];
        var (from, to) = (ShardKey.Shard(_alice.UserId, _bench.Store.ShardCount), ShardKey.Shard(_bob.UserId, _bench.Store.ShardCount));
        var executor = new Executor(
            new ActorEnvironment(ExecutorBench.Domain, _bench.Options, _bench.StanzaIds, new SeededRandom(1), _bench.Store.ShardCount, "test"),
            new Incarnation(Guid.NewGuid()), [new ShardGrant(to, 1, 0)]) { Report = told.Add };

        executor.Handle(new OutboxRow(from, 1, 0, to, 0, "<broken"u8.ToArray()), 0);
        var (batch, _) = executor.Step();
        foreach (var output in executor.OutputsInFlight)
        {
            (output.What as Action)?.Invoke();
        }

        Assert.Equal([new OutboxAccepted(to, from, 1)], batch!.Writes.Single().Events);
        Assert.Contains(executor.OutputsInFlight, o => o.Kind == OutputKind.Confirm);
        Assert.Contains("cannot be read", Assert.Single(told), StringComparison.Ordinal);
    }

    /// <summary>A stanza that the parser of the edge just takes.</summary>
    private static string AtLimit(string name, string attributes, string limit, string inside)
    {
        var limits = XmlLimits.AfterLogin;
        switch (limit)
        {
            case "attributes":
                var more = limits.MaxAttributes - attributes.Split('=').Length + 1;
                attributes += string.Concat(Enumerable.Range(0, more).Select(i => $" a{i}='x'"));
                break;
            case "depth":
                inside += string.Concat(Enumerable.Repeat("<x xmlns='x'>", limits.MaxDepth - 1)) + string.Concat(Enumerable.Repeat("</x>", limits.MaxDepth - 1));
                break;
            case "children":
                inside += string.Concat(Enumerable.Repeat("<x xmlns='x'/>", limits.MaxChildren - 1 - (inside.Length > 0 ? 1 : 0)));
                break;
        }

        var body = name == "message" ? "body" : "status";
        var bare = $"<{name} {attributes}><{body}></{body}>{inside}</{name}>";
        return bare.Replace($"<{body}>", $"<{body}>{new string('x', limit == "bytes" ? limits.MaxStanzaBytes - bare.Length : 1)}", StringComparison.Ordinal);
    }
}

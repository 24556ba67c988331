using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Push;
using Presence.Push.Gateways;
using Presence.Routing;

namespace Presence.Node.Tests.Push;

/// <summary>What is published to an app server (XEP-0357 §7), and what its answers mean (§7.1).</summary>
public sealed class PubsubGatewayTests
{
    private static readonly byte[] Options =
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field></x>"u8.ToArray();

    [Fact]
    public async Task The_summary_holds_the_count_and_nothing_else()
    {
        var app = new FakeApp("<iq type='result'/>");
        Assert.Equal(PushOutcome.Sent, await SendAsync(app, Push() with { Options = Options }));
        Assert.Equal(
            XmlElement.Parse(
                "<iq from='example.org' to='app@push.example.org' id='push-p1-1' type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                + "<publish node='n&lt;1'><item id='p1'><notification xmlns='urn:xmpp:push:0'><x xmlns='jabber:x:data' type='submit'>"
                + "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:push:summary</value></field><field var='message-count'><value>3</value></field>"
                + $"</x></notification></item></publish><publish-options>{Encoding.UTF8.GetString(Options)}</publish-options></pubsub></iq>"),
            app.Asked.Single());
    }

    [Fact]
    public async Task The_sender_is_named_only_where_the_operator_wants_it_and_a_missing_node_is_left_out()
    {
        var app = new FakeApp("<iq type='result'/>");
        await SendAsync(app, Push() with { Node = "" }, sender: true);
        var text = app.Asked.Single().ToString();
        Assert.Contains("last-message-sender", text, StringComparison.Ordinal);
        Assert.Contains("alice@example.org", text, StringComparison.Ordinal);
        Assert.Contains("<publish>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("publish-options", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancel", "item-not-found", 1, PushOutcome.Gone)]
    [InlineData("cancel", "gone", 1, PushOutcome.Gone)]
    [InlineData("auth", "forbidden", 1, PushOutcome.Gone)]
    [InlineData("cancel", "feature-not-implemented", 1, PushOutcome.Gone)]
    [InlineData("wait", "item-not-found", 1, PushOutcome.Retry)]
    [InlineData("wait", "resource-constraint", 15, PushOutcome.Retry)]
    [InlineData("wait", "resource-constraint", 16, PushOutcome.Gone)]
    [InlineData("cancel", "internal-server-error", 1, PushOutcome.Retry)]
    [InlineData("cancel", "service-unavailable", 1, PushOutcome.Retry)]
    [InlineData("cancel", "remote-server-not-found", 1, PushOutcome.Retry)]
    public async Task An_error_disables_the_registration_unless_it_may_pass(string type, string condition, int attempt, PushOutcome outcome)
    {
        var app = new FakeApp($"<iq type='error'><error type='{type}'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        Assert.Equal(outcome, await SendAsync(app, Push() with { Attempt = attempt }));
    }

    [Fact]
    public async Task An_app_server_that_is_not_there_is_tried_again_however_long_it_takes() =>
        Assert.Equal(PushOutcome.Retry, await SendAsync(new FakeApp(null), Push() with { Attempt = 1000 }));

    [Fact]
    public async Task A_worker_counts_a_push_that_no_gateway_wants_as_settled()
    {
        var app = new FakeApp("<iq type='result'/>");
        var settled = new TaskCompletionSource<PushOutcome>();
        await using var worker = new PushWorker([Gateway(app, false)], new PushWorkerOptions(), TimeProvider.System, NullLogger<PushWorker>.Instance);
        Assert.True(worker.TrySend(Push() with { Service = "push.elsewhere.example" }, (_, outcome) => settled.SetResult(outcome)));
        Assert.Equal(PushOutcome.Sent, await settled.Task.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Empty(app.Asked);
    }

    private static PushNotification Push() =>
        new(1, "bob@example.org", "app@push.example.org", "n<1", "p1", "message", "alice@example.org", "s1", 7, 3, null, 1);

    private static PubsubGateway Gateway(FakeApp app, bool sender) =>
        new(app, Jid.Parse("example.org"), sender, TimeProvider.System, NullLogger<PubsubGateway>.Instance);

    private static async Task<PushOutcome> SendAsync(FakeApp app, PushNotification push, bool sender = false) =>
        await Gateway(app, sender).SendAsync(push, CancellationToken.None);

    /// <summary>A component at push.example.org that always gives one answer; null: it is not connected.</summary>
    private sealed class FakeApp(string? answer) : IComponentRequests
    {
        public List<XmlElement> Asked { get; } = [];

        public bool Serves(Jid address) => address.Domain == "push.example.org";

        public ValueTask<Stanza?> AskAsync(Jid to, string id, ReadOnlyMemory<byte> request, CancellationToken cancellation)
        {
            Asked.Add(XmlElement.Parse(request.Span));
            Stanza? stanza = null;
            Assert.True(answer is null || Stanza.TryParse(Encoding.UTF8.GetBytes(answer), out stanza));
            return new(stanza);
        }
    }
}

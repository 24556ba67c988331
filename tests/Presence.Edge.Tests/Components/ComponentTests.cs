using System.Text;
using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Edge.Tests.Components;

/// <summary>External components over real sockets (XEP-0114): header and handshake, whose stanzas are taken, and what is delivered to whom.</summary>
public sealed class ComponentTests
{
    private const string Hello = "<message from='app@push.example.org/x' to='romeo@example.org' type='chat'><body>hi</body></message>";

    [Fact]
    public void The_digest_is_what_sha1sum_makes_of_id_and_secret() =>
        Assert.Equal("dab7e27c4d2dcbb4bbabb203700dd710a41ed55f", ComponentHandshake.Digest("3BF96D32", "open sesame"));

    [Fact]
    public async Task A_component_that_knows_the_secret_is_let_in_and_its_stanzas_reach_the_owner()
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        Assert.Contains("from='push.example.org'", push.ServerHeader);
        Assert.Contains("xmlns='jabber:component:accept'", push.ServerHeader);
        Assert.DoesNotContain("version", push.ServerHeader[push.ServerHeader.IndexOf("<stream", StringComparison.Ordinal)..]);

        await push.SendAsync(Hello);
        var input = await components.Owner.NextAsync<ComponentStanzaInput>();
        Assert.Equal(("app@push.example.org/x", "romeo@example.org", ShardKey.UserId("romeo@example.org")), (input.From.ToString(), input.To.ToString(), input.UserId));
        Assert.Equal(Hello, Encoding.UTF8.GetString(input.Stanza.Bytes));
        Assert.True(input.Stanza.Has(PayloadFlags.Body));
    }

    [Theory]
    [InlineData("other.example.org", "jabber:component:accept", "host-unknown")]
    [InlineData("example.org", "jabber:component:accept", "host-unknown")]
    [InlineData("app@push.example.org", "jabber:component:accept", "host-unknown")]
    [InlineData("push.example.org", "jabber:client", "invalid-namespace")]
    [InlineData("push.example.org", "jabber:server", "invalid-namespace")]
    public async Task A_header_that_cannot_be_served_gets_a_header_and_its_error(string to, string ns, string condition)
    {
        await using var components = new TestComponents();
        var (client, _) = await components.OpenAsync(TestComponents.Header(to, ns));
        await using (client)
        {
            Assert.Equal(condition, await client.ReadStreamErrorAsync());
        }
    }

    [Theory]
    [InlineData("<handshake>0000000000000000000000000000000000000000</handshake>")]
    [InlineData("<handshake/>")]
    [InlineData("<message from='push.example.org' to='romeo@example.org'><body>let me in</body></message>")]
    public async Task Who_does_not_prove_itself_is_not_authorized_and_nothing_passes(string first)
    {
        await using var components = new TestComponents();
        var (client, _) = await components.OpenAsync(TestComponents.Header(TestComponents.Push));
        await using (client)
        {
            await client.SendAsync(first);
            Assert.Equal("not-authorized", await client.ReadStreamErrorAsync());
            Assert.True(components.Owner.IsQuiet);
            Assert.False(components.Table.TryDeliver(TestComponents.Push, "<iq/>"u8.ToArray()));
        }
    }

    [Fact]
    public async Task Neither_secret_nor_digest_is_logged()
    {
        await using var components = new TestComponents();
        var (client, id) = await components.OpenAsync(TestComponents.Header(TestComponents.Push));
        await client.SendAsync("<handshake>wrong-digest</handshake>");
        await client.ReadStreamErrorAsync();
        await client.DisposeAsync();
        await using var push = await components.ConnectAsync();
        Assert.NotEmpty(components.Logs.Entries);
        Assert.DoesNotContain(components.Logs.Entries, e =>
            e.Text.Contains(TestComponents.Secret) || e.Text.Contains("wrong-digest") || e.Text.Contains(ComponentHandshake.Digest(id, TestComponents.Secret)));
    }

    [Theory]
    [InlineData("<message from='app@gate.example.org' to='romeo@example.org'/>", "invalid-from")]
    [InlineData("<message from='app@sub.push.example.org' to='romeo@example.org'/>", "invalid-from")]
    [InlineData("<message from='romeo@example.org' to='juliet@example.org'/>", "invalid-from")]
    [InlineData("<message to='romeo@example.org'/>", "improper-addressing")]
    [InlineData("<message from='push.example.org'/>", "improper-addressing")]
    [InlineData("<message from='push.example.org' to='@'/>", "improper-addressing")]
    [InlineData("<route from='push.example.org' to='romeo@example.org'/>", "unsupported-stanza-type")]
    [InlineData("<message from='push.example.org' to='romeo@example.org'></iq>", "not-well-formed")]
    public async Task A_stanza_that_a_component_may_not_send_ends_its_stream(string stanza, string condition)
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        await push.SendAsync(stanza);
        Assert.Equal(condition, await push.ReadStreamErrorAsync());
        Assert.True(components.Owner.IsQuiet);
    }

    [Fact]
    public async Task The_one_that_connects_again_takes_the_place_of_the_one_before()
    {
        await using var components = new TestComponents();
        await using var old = await components.ConnectAsync();
        await using var young = await components.ConnectAsync();
        Assert.Equal("conflict", await old.ReadStreamErrorAsync());
        Assert.True(components.Table.TryDeliver(TestComponents.Push, "<presence from='a@example.org' to='push.example.org'/>"u8.ToArray()));
        Assert.Equal("presence", (await young.ReadElementAsync()).Name.LocalName);
    }

    [Fact]
    public async Task What_names_a_namespace_in_so_many_words_is_written_anew_both_ways()
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        Assert.True(components.Table.TryDeliver(
            TestComponents.Push,
            "<message xmlns='jabber:client' from='a@example.org' to='push.example.org'><body xmlns='jabber:client'>hi</body><x xmlns='y'><z xmlns='jabber:client'/></x></message>"u8.ToArray()));
        var raw = await push.ReadRawAsync();
        Assert.Equal("<message from='a@example.org' to='push.example.org'><body>hi</body><x xmlns='y'><z xmlns='jabber:client'/></x></message>", raw);

        await push.SendAsync("<message xmlns='jabber:component:accept' from='push.example.org' to='romeo@example.org'><body>hi</body></message>");
        var input = await components.Owner.NextAsync<ComponentStanzaInput>();
        Assert.Equal("<message from='push.example.org' to='romeo@example.org'><body>hi</body></message>", Encoding.UTF8.GetString(input.Stanza.Bytes));
        Assert.True(input.Stanza.Has(PayloadFlags.Body));
    }

    [Fact]
    public async Task Components_reach_each_other_and_learn_when_nobody_is_there()
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        await using (var gate = await components.ConnectAsync(TestComponents.Gate))
        {
            await push.SendAsync("<message from='push.example.org' to='x@gate.example.org' id='1'/>");
            Assert.Equal("1", (await gate.ReadElementAsync()).Attribute("id")!.Value);
            await gate.SendAsync("</stream:stream>");
            Assert.Equal("</stream:stream>", await gate.ReadToEndAsync());
        }

        await push.SendAsync("<message from='push.example.org' to='x@gate.example.org' id='2'/><message from='push.example.org' to='x@elsewhere.example' id='3'/>");
        var (absent, unknown) = (await push.ReadElementAsync(), await push.ReadElementAsync());
        Assert.Equal(("2", "x@gate.example.org"), (absent.Attribute("id")!.Value, absent.Attribute("from")!.Value));
        Assert.Contains("remote-server-timeout", absent.ToString());
        Assert.Equal("3", unknown.Attribute("id")!.Value);
        Assert.Contains("remote-server-not-found", unknown.ToString());
    }

    [Fact]
    public async Task A_component_that_does_not_read_is_given_no_more_than_the_bound()
    {
        await using var components = new TestComponents(o => o with { MaxWriteBufferBytes = 64 * 1024 });
        await using var push = await components.ConnectAsync();
        var stanza = Encoding.UTF8.GetBytes($"<message from='a@example.org' to='push.example.org'><body>{new string('x', 16_000)}</body></message>");
        var taken = 0;
        while (components.Table.TryDeliver(TestComponents.Push, stanza))
        {
            Assert.True(++taken < 100_000, "nothing is ever refused");
        }

        Assert.True(taken >= 3);
    }

    [Fact]
    public async Task A_component_is_not_read_while_the_owner_has_no_room()
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        components.Owner.Close();
        await push.SendAsync(Hello + Hello);
        while (components.Owner.Refused.IsEmpty)
        {
            await Task.Yield();
        }

        Assert.Single(components.Owner.Refused);
        components.Owner.Open();
        await components.Owner.NextAsync<ComponentStanzaInput>();
        await components.Owner.NextAsync<ComponentStanzaInput>();
    }

    [Fact]
    public async Task The_server_asks_a_component_and_only_the_one_asked_answers()
    {
        await using var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        await using var gate = await components.ConnectAsync(TestComponents.Gate);
        var asked = AskAsync(components);
        Assert.Equal("i1", (await push.ReadElementAsync()).Attribute("id")!.Value);
        await gate.SendAsync("<iq from='gate.example.org' to='example.org' id='i1' type='result'/>");
        Assert.Equal("gate.example.org", (await components.Owner.NextAsync<ComponentStanzaInput>()).From.ToString());
        await push.SendAsync("<iq from='other@push.example.org' to='example.org' id='i1' type='result'/>");
        Assert.Equal("other@push.example.org", (await components.Owner.NextAsync<ComponentStanzaInput>()).From.ToString());
        Assert.False(asked.IsCompleted);
        await push.SendAsync("<iq from='push.example.org' to='example.org' id='i1' type='error'><error type='cancel'/></iq>");
        Assert.Equal(StanzaType.Error, (await asked.WaitAsync(TestEdge.Patience))!.Type);
    }

    [Fact]
    public async Task A_question_ends_without_an_answer_when_the_component_goes()
    {
        await using var components = new TestComponents();
        Assert.Null(await AskAsync(components));
        await using var push = await components.ConnectAsync();
        var asked = AskAsync(components);
        await push.ReadElementAsync();
        push.Abort();
        Assert.Null(await asked.WaitAsync(TestEdge.Patience));
    }

    [Fact]
    public async Task A_handshake_that_does_not_come_is_not_waited_for()
    {
        await using var components = new TestComponents();
        var (client, _) = await components.OpenAsync(TestComponents.Header(TestComponents.Push));
        await using (client)
        {
            components.Time.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal("connection-timeout", await client.ReadStreamErrorAsync());
        }
    }

    [Fact]
    public async Task A_stop_ends_every_stream()
    {
        var components = new TestComponents();
        await using var push = await components.ConnectAsync();
        var stopped = components.DisposeAsync().AsTask();
        Assert.Equal("system-shutdown", await push.ReadStreamErrorAsync());
        await push.DisposeAsync();
        await stopped.WaitAsync(TestEdge.Patience);
    }

    private static Task<Stanza?> AskAsync(TestComponents components) => components.Table.AskAsync(
        Jid.Parse(TestComponents.Push), "i1", "<iq from='example.org' to='push.example.org' id='i1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>"u8.ToArray(), default).AsTask();
}

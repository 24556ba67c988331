using Presence.Edge.Tests.Harness;
using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Edge.Tests.Connections;

/// <summary>The stream after bind: numbers, stream management, client state, and how it ends.</summary>
public sealed class BoundStreamTests
{
    private static readonly long Romeo = ShardKey.UserId("romeo@example.org");

    [Fact]
    public async Task Stanzas_are_numbered_from_one_in_the_order_sent()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<presence/><message to='juliet@example.org'/> <iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.Equal((1, StanzaKind.Presence), await NextStanzaAsync(edge));
        Assert.Equal((2, StanzaKind.Message), await NextStanzaAsync(edge));
        Assert.Equal((3, StanzaKind.Iq), await NextStanzaAsync(edge));
    }

    [Fact]
    public async Task After_enable_they_are_numbered_from_one_again_even_those_sent_with_it()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<presence/><enable xmlns='urn:xmpp:sm:3' resume='true' max='300'/><presence/><presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal(new EnableSmInput(Romeo, client.Id, Resume: true, MaxSeconds: 300), await edge.Owner.NextAsync());
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal(2, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        var enabled = await client.ReadElementAsync();
        Assert.Equal("{urn:xmpp:sm:3}enabled", enabled.Name.ToString());
        Assert.Equal("sm-1", enabled.Attribute("id")!.Value);
        Assert.Equal("true", enabled.Attribute("resume")!.Value);
        Assert.Equal("600", enabled.Attribute("max")!.Value);
    }

    [Fact]
    public async Task A_refused_enable_lets_the_numbers_go_on()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Script = input => input is EnableSmInput ? new SmRefusedOutput(StanzaErrorCondition.ResourceConstraint) : null;
        await client.SendAsync("<presence/><enable xmlns='urn:xmpp:sm:3'/><presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        await edge.Owner.NextAsync<EnableSmInput>();
        Assert.Equal(2, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        var failed = await client.ReadElementAsync();
        Assert.Equal("{urn:xmpp:sm:3}failed", failed.Name.ToString());
        Assert.Equal("resource-constraint", Assert.Single(failed.Elements()).Name.LocalName);
    }

    [Fact]
    public async Task A_resumed_stream_goes_on_behind_what_the_owner_has_handled()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync("<resume xmlns='urn:xmpp:sm:3' h='4294967295' previd='sm-0'/><message/>");
        var resume = await edge.Owner.NextAsync<ResumeInput>();
        Assert.Equal(("sm-0", uint.MaxValue, "romeo@example.org"), (resume.SmId, resume.H, resume.Account.ToString()));
        var resumed = await client.ReadElementAsync();
        Assert.Equal("{urn:xmpp:sm:3}resumed", resumed.Name.ToString());
        Assert.Equal(("sm-0", "7"), (resumed.Attribute("previd")!.Value, resumed.Attribute("h")!.Value));
        Assert.Equal(8, (await edge.Owner.NextAsync<StanzaInput>()).Number);

        // Its stream management is on: the owner's stanzas are followed by a request, and acknowledgements pass.
        edge.Owner.Send(resume.Connection, 12, "<message/>");
        Assert.Equal("message", (await client.ReadElementAsync()).Name.LocalName);
        Assert.Equal("{urn:xmpp:sm:3}r", (await client.ReadElementAsync()).Name.ToString());
        await client.SendAsync("<a xmlns='urn:xmpp:sm:3' h='12'/>");
        Assert.Equal(new AckInput(Romeo, resume.Connection, 12), await edge.Owner.NextAsync());
    }

    [Fact]
    public async Task A_count_above_32_bits_is_written_with_its_low_half()
    {
        await using var edge = TestEdge.Start();
        edge.Owner.Script = input => input is ResumeInput r
            ? new ResumedOutput(r.Account.WithResource("old"), r.SmId, (1L << 32) + 5)
            : FakeOwner.Usual(input);
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync("<resume xmlns='urn:xmpp:sm:3' h='0' previd='sm-0'/><message/>");
        Assert.Equal("5", (await client.ReadElementAsync()).Attribute("h")!.Value);
        var connection = (await edge.Owner.NextAsync<ResumeInput>()).Connection;
        Assert.Equal((1L << 32) + 6, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        edge.Owner.Say(connection, new AckOutput((1L << 32) + 6));
        Assert.Equal("6", (await client.ReadElementAsync()).Attribute("h")!.Value);
    }

    [Fact]
    public async Task After_a_refused_resume_the_client_binds_on_the_same_stream()
    {
        await using var edge = TestEdge.Start();
        edge.Owner.Script = input => input is ResumeInput
            ? new ResumeRefusedOutput(StanzaErrorCondition.ItemNotFound, 41)
            : FakeOwner.Usual(input);
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync("<resume xmlns='urn:xmpp:sm:3' h='3' previd='gone'/>");
        var failed = await client.ReadElementAsync();
        Assert.Equal("41", failed.Attribute("h")!.Value);
        Assert.Equal("item-not-found", Assert.Single(failed.Elements()).Name.LocalName);
        Assert.Equal("result", (await client.BindAsync()).Attribute("type")!.Value);
        await client.SendAsync("<presence/>");
        await edge.Owner.NextAsync<ResumeInput>();
        await edge.Owner.NextAsync<BindInput>();
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
    }

    [Fact]
    public async Task Requests_and_answers_of_stream_management_pass_in_order_with_the_stanzas()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        await client.SendAsync("<presence/><r xmlns='urn:xmpp:sm:3'/><a xmlns='urn:xmpp:sm:3' h='3'/><presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal(new AckRequestInput(Romeo, client.Id), await edge.Owner.NextAsync());
        Assert.Equal(new AckInput(Romeo, client.Id, 3), await edge.Owner.NextAsync());
        Assert.Equal(2, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        edge.Owner.Say(client.Id, new AckOutput(1));
        var answer = await client.ReadElementAsync();
        Assert.Equal(("{urn:xmpp:sm:3}a", "1"), (answer.Name.ToString(), answer.Attribute("h")!.Value));
    }

    [Theory]
    [InlineData("<r xmlns='urn:xmpp:sm:3'/>", false)]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='1'/>", false)]
    [InlineData("<enable xmlns='urn:xmpp:sm:3'/>", true)]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' h='1' previd='x'/>", true)]
    public async Task Stream_management_out_of_turn_fails_and_the_stream_goes_on(string element, bool enabled)
    {
        await using var edge = TestEdge.Start();
        await using var client = enabled ? await edge.ManagedAsync() : await edge.BoundAsync();
        await client.SendAsync(element + "<presence/>");
        var failed = await client.ReadElementAsync();
        Assert.Equal("{urn:xmpp:sm:3}failed", failed.Name.ToString());
        Assert.Equal("unexpected-request", Assert.Single(failed.Elements()).Name.LocalName);
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
    }

    [Fact]
    public async Task Enable_before_bind_fails()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync("<enable xmlns='urn:xmpp:sm:3'/>");
        Assert.Equal("unexpected-request", Assert.Single((await client.ReadElementAsync()).Elements()).Name.LocalName);
    }

    [Fact]
    public async Task One_request_follows_a_burst_and_the_next_only_its_answer()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Send(client.Id, 1, "<message id='m1'/>");
        Assert.Equal("m1", (await client.ReadElementAsync()).Attribute("id")!.Value);
        Assert.Equal("r", (await client.ReadElementAsync()).Name.LocalName);
        edge.Owner.Send(client.Id, 2, "<message id='m2'/>");
        edge.Owner.Send(client.Id, 3, "<message id='m3'/>");
        Assert.Equal("m2", (await client.ReadElementAsync()).Attribute("id")!.Value);
        Assert.Equal("m3", (await client.ReadElementAsync()).Attribute("id")!.Value);
        await client.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        Assert.Equal("r", (await client.ReadElementAsync()).Name.LocalName);
        await client.SendAsync("<a xmlns='urn:xmpp:sm:3' h='3'/>");
        Assert.Equal(1u, (await edge.Owner.NextAsync<AckInput>()).H);
        Assert.Equal(3u, (await edge.Owner.NextAsync<AckInput>()).H);

        // Nothing was sent since, so nothing is asked: the next element is the stanza.
        edge.Owner.Send(client.Id, 4, "<message id='m4'/>");
        Assert.Equal("m4", (await client.ReadElementAsync()).Attribute("id")!.Value);
    }

    [Fact]
    public async Task Without_stream_management_the_highest_number_written_is_reported()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Send(client.Id, 1, "<message/>");
        Assert.Equal(new WrittenInput(Romeo, client.Id, 1), await edge.Owner.NextAsync());
        for (var number = 2; number <= 20; number++)
        {
            edge.Owner.Deliver.Stanza(client.Id, new OutboundStanza(number, "<message/>"u8.ToArray(), default, default));
        }

        edge.Owner.Deliver.Flush();
        Assert.Equal(new WrittenInput(Romeo, client.Id, 20), await edge.Owner.NextAsync());
    }

    [Fact]
    public async Task With_stream_management_nothing_is_reported_as_written()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Send(client.Id, 1, "<message/>");
        await client.ReadElementAsync();
        await client.ReadElementAsync();
        await client.SendAsync("<presence/>");
        await edge.Owner.NextAsync<StanzaInput>();
    }

    [Fact]
    public async Task Client_state_is_passed_on()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<inactive xmlns='urn:xmpp:csi:0'/><active xmlns='urn:xmpp:csi:0'/>");
        Assert.Equal(new ClientStateInput(Romeo, client.Id, Active: false), await edge.Owner.NextAsync());
        Assert.Equal(new ClientStateInput(Romeo, client.Id, Active: true), await edge.Owner.NextAsync());
    }

    [Theory]
    [InlineData("<message to='@'/>")]
    [InlineData("<iq type='get'><ping xmlns='urn:xmpp:ping'/></iq>")]
    [InlineData("<iq type='want' id='1'/>")]
    [InlineData("<iq id='1'/>")]
    [InlineData("<presence type='odd'/>")]
    [InlineData("<message from='romeo@example.org'/>")]
    [InlineData("<message from='romeo@example.org/balcony'/>")]
    [InlineData("<iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>")]
    [InlineData("<iq type='set' id='s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")]
    public async Task Stanzas_that_only_an_owner_can_answer_are_numbered_and_passed_on(string stanza)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(stanza + "<presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal((2, StanzaKind.Presence), await NextStanzaAsync(edge));
    }

    [Fact]
    public async Task A_closed_stream_is_a_clean_end_told_before_it_is_answered()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync("<presence/></stream:stream>");
        Assert.Equal("</stream:stream>", await client.ReadToEndAsync());
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        Assert.Equal(new DetachedInput(Romeo, client.Id, Clean: true), await edge.Owner.NextAsync());
    }

    [Fact]
    public async Task A_managed_stream_is_acknowledged_to_its_end_before_it_is_closed()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Owner.Script = input => input is AckRequestInput ? new AckOutput(1) : null;
        await client.SendAsync("<message/></stream:stream>");
        var answer = await client.ReadElementAsync();
        Assert.Equal(("a", "1"), (answer.Name.LocalName, answer.Attribute("h")!.Value));
        Assert.Equal("</stream:stream>", await client.ReadToEndAsync());
        await edge.Owner.NextAsync<StanzaInput>();
        await edge.Owner.NextAsync<AckRequestInput>();
        Assert.True((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Fact]
    public async Task An_owner_that_does_not_acknowledge_a_closed_stream_delays_it_no_longer_than_the_linger_time()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        await client.SendAsync("</stream:stream>");
        await edge.Owner.NextAsync<AckRequestInput>();
        await edge.PassAsync(edge.Options.LingerTimeout + edge.Options.SweepInterval);
        Assert.True((await edge.Owner.NextAsync<DetachedInput>()).Clean);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_socket_is_one_unclean_end(bool reset)
    {
        await using var edge = TestEdge.Start();
        var client = await edge.ManagedAsync();
        if (reset)
        {
            client.Abort();
        }
        else
        {
            client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        }

        Assert.Equal(new DetachedInput(Romeo, client.Id, Clean: false), await edge.Owner.NextAsync());
        await client.DisposeAsync();
        await edge.DisposeAsync();
        Assert.True(edge.Owner.IsQuiet);
    }

    [Fact]
    public async Task A_socket_lost_while_the_owner_considers_the_bind_is_reported_too()
    {
        await using var edge = TestEdge.Start();
        edge.Owner.Script = _ => null;
        var client = await edge.LoggedInAsync();
        await client.SendAsync("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        var bind = await edge.Owner.NextAsync<BindInput>();
        client.Abort();
        await edge.PassAsync(edge.Options.LoginTimeout + edge.Options.LingerTimeout + (2 * edge.Options.SweepInterval));
        Assert.Equal(new DetachedInput(Romeo, bind.Connection, Clean: false), await edge.Owner.NextAsync());

        // The answer comes too late and hits nothing.
        edge.Owner.Say(bind.Connection, new BoundOutput(bind.Account.WithResource("late")));
    }

    private static async Task<(long Number, StanzaKind Kind)> NextStanzaAsync(TestEdge edge)
    {
        var input = await edge.Owner.NextAsync<StanzaInput>();
        return (input.Number, input.Stanza.Kind);
    }
}

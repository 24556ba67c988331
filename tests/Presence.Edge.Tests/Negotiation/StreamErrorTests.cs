using Presence.Edge.Tests.Harness;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>Each way in which a client can break a stream, with the error of RFC 6120 §4.9.3 that it gets, and the end that follows.</summary>
public sealed class StreamErrorTests
{
    private const string To = "to='example.org'";

    [Theory]
    [InlineData("to='example.net'", "host-unknown")]
    [InlineData("", "improper-addressing")]
    [InlineData("to='@example.org'", "improper-addressing")]
    public async Task A_header_must_name_the_domain_served(string to, string condition) =>
        await HeaderIsRefusedAsync(RawClient.Header.Replace(To, to), condition);

    [Theory]
    [InlineData("version='1.0' ", "")]
    [InlineData("version='1.0'", "version='0.9'")]
    [InlineData("version='1.0'", "version='one'")]
    public async Task A_header_must_speak_version_one(string from, string to) =>
        await HeaderIsRefusedAsync(RawClient.Header.Replace(from, to), "unsupported-version", xmlVersionToo: from);

    [Fact]
    public async Task A_later_version_is_answered_with_version_one()
    {
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.OpenStreamAsync(RawClient.Header.Replace("to='example.org' version='1.0'", "to='example.org' version='11.2'"));
        Assert.Contains("version='1.0' ", client.ServerHeader.Replace('"', '\'').Replace("'>", "' "));
    }

    [Theory]
    [InlineData("xmlns='jabber:client'", "xmlns='jabber:server'", "invalid-namespace")]
    [InlineData("etherx.jabber.org/streams", "example.org/streams", "invalid-namespace")]
    [InlineData("stream:stream", "stream:river", "bad-format")]
    [InlineData("?xml version='1.0'?", "?xml version='1.0' encoding='ISO-8859-1'?", "unsupported-encoding")]
    [InlineData("to='example.org'", "to=example.org", "not-well-formed")]
    [InlineData("<stream:stream", "<!DOCTYPE x><stream:stream", "restricted-xml")]
    public async Task A_header_must_be_one(string from, string to, string condition) =>
        await HeaderIsRefusedAsync(RawClient.Header.Replace(from, to), condition);

    [Theory]
    [InlineData("<message><body>too early</body></message>", "not-authorized")]
    [InlineData("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>", "not-authorized")]
    [InlineData("<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>", "not-authorized")]
    [InlineData("<a></b>", "not-well-formed")]
    [InlineData("<a>&who;</a>", "restricted-xml")]
    [InlineData("<!-- hidden -->", "restricted-xml")]
    [InlineData("<p:a/>", "not-well-formed")]
    public async Task Before_login_only_the_negotiation_is_taken(string element, string condition)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        await client.SendAsync(element);
        Assert.Equal(condition, await client.ReadStreamErrorAsync());
        Assert.True(edge.Owner.IsQuiet);
    }

    [Theory]
    [InlineData("<message><body>too early</body></message>")]
    [InlineData("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>")]
    public async Task Before_bind_no_stanza_is_taken(string element)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync(element);
        Assert.Equal("not-authorized", await client.ReadStreamErrorAsync());
        Assert.True(edge.Owner.IsQuiet);
    }

    [Fact]
    public async Task Elements_before_login_are_bounded_more_tightly_than_after()
    {
        await using var edge = TestEdge.Start();
        var large = $"<message><body>{new string('x', 20_000)}</body></message>";
        await using var stranger = await edge.SecureAsync();
        await stranger.SendAsync(large);
        Assert.Equal("policy-violation", await stranger.ReadStreamErrorAsync());
        await using var client = await edge.BoundAsync();
        await client.SendAsync(large);
        Assert.True((await edge.Owner.NextAsync<StanzaInput>()).Stanza.Bytes.Length > 20_000);
    }

    [Theory]
    [InlineData("<message from='juliet@example.org'/>", "invalid-from")]
    [InlineData("<message from='romeo@example.org/other'/>", "invalid-from")]
    [InlineData("<message from='@'/>", "invalid-from")]
    [InlineData("<river xmlns='urn:example:river'/>", "unsupported-stanza-type")]
    [InlineData("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "unsupported-stanza-type")]
    [InlineData("<a xmlns='urn:xmpp:sm:3'/>", "bad-format")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='-1'/>", "bad-format")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3'/>", "bad-format")]
    [InlineData("stray text", "bad-format")]
    [InlineData("<message></presence>", "not-well-formed")]
    [InlineData("<?php ?>", "restricted-xml")]
    public async Task A_bound_stream_ends_with_the_error_due_and_one_report(string element, string condition)
    {
        await using var edge = TestEdge.Start();
        await using (var client = await edge.BoundAsync())
        {
            await client.SendAsync(element);
            Assert.Equal(condition, await client.ReadStreamErrorAsync());
            Assert.Equal(new DetachedInput(ShardKey.UserId("romeo@example.org"), client.Id, Clean: false), await edge.Owner.NextAsync());
        }

        await edge.DisposeAsync();
        Assert.True(edge.Owner.IsQuiet);
    }

    [Theory]
    [InlineData(StreamErrorCondition.Conflict, "conflict")]
    [InlineData(StreamErrorCondition.Reset, "reset")]
    public async Task An_owner_that_closes_has_its_error_sent_and_hears_no_report(StreamErrorCondition condition, string name)
    {
        await using var edge = TestEdge.Start();
        await using (var client = await edge.BoundAsync())
        {
            edge.Owner.Say(client.Id, new CloseOutput(condition, "because"));
            Assert.Equal(name, await client.ReadStreamErrorAsync());
        }

        await edge.DisposeAsync();
        Assert.True(edge.Owner.IsQuiet);
    }

    [Fact]
    public async Task An_owner_may_add_a_condition_of_an_extension()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Say(client.Id, new CloseOutput(StreamErrorCondition.UndefinedCondition, "because") { Application = new XmlElement("why", "urn:example:why") });
        Assert.Contains("<why xmlns='urn:example:why'/></stream:error></stream:stream>", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task An_error_of_the_owner_arrives_while_the_client_goes_on_sending()
    {
        await using var edge = TestEdge.Start();
        edge.Owner.Script = input => input is StanzaInput { Stanza.Id: "bad" } ? new CloseOutput(StreamErrorCondition.Reset, null) : FakeOwner.Usual(input);
        for (var round = 0; round < 30; round++)
        {
            await using var client = await edge.LoggedInAsync();
            await client.BindAsync("balcony");
            await client.SendAsync("<message id='bad'/>" + string.Concat(Enumerable.Repeat("<message/>", 50)));
            Assert.Equal("reset", await client.ReadStreamErrorAsync());
        }
    }

    [Fact]
    public async Task An_owner_may_close_without_an_error()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        edge.Owner.Say(client.Id, new CloseOutput(null, null));
        Assert.Equal("</stream:stream>", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_second_login_as_another_user_in_the_header_is_refused()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
        await client.SendAsync(RawClient.Header.Replace("to='", "from='juliet@example.org' to='"));
        await client.ReadHeaderAsync();
        Assert.Equal("invalid-from", await client.ReadStreamErrorAsync());
    }

    private static async Task HeaderIsRefusedAsync(string header, string condition, string? xmlVersionToo = null)
    {
        // The XML declaration has a version of its own, which is not the one meant.
        header = xmlVersionToo is null ? header : "<stream:stream" + header.Split("<stream:stream")[1];
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.SendAsync(header);
        await client.ReadHeaderAsync();
        Assert.Contains("from='example.org'", client.ServerHeader.Replace('"', '\''));
        Assert.Equal(condition, await client.ReadStreamErrorAsync());
    }
}

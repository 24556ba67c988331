using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;
using Presence.Routing;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>The way from a fresh socket to a bound stream, as RFC 6120 §9.1 shows it.</summary>
public sealed class NegotiationTests
{
    private const string Mechanisms = "{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms";

    [Fact]
    public async Task Starttls_scram_and_bind_lead_to_a_stream_that_carries_stanzas_both_ways()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        var answer = await client.BindAsync();
        Assert.Equal("result", answer.Attribute("type")!.Value);
        Assert.Equal("b1", answer.Attribute("id")!.Value);
        Assert.Equal("romeo@example.org/balcony", answer.Value);

        var bind = await edge.Owner.NextAsync<BindInput>();
        Assert.Equal(Jid.Parse("romeo@example.org"), bind.Account);
        Assert.Equal(ShardKey.UserId("romeo@example.org"), bind.UserId);
        Assert.Equal("balcony", bind.Resource);

        await client.SendAsync("<message to='juliet@example.org'><body>Hi</body></message>");
        var stanza = await edge.Owner.NextAsync<StanzaInput>();
        Assert.Equal(1, stanza.Number);
        Assert.Equal(bind.Connection, stanza.Connection);
        Assert.Equal(Jid.Parse("juliet@example.org"), stanza.Stanza.To);

        edge.Owner.Send(bind.Connection, 1, "<message from='juliet@example.org'><body>Ho</body></message>");
        Assert.Equal("Ho", (await client.ReadElementAsync()).Value);
    }

    [Fact]
    public async Task Without_tls_only_starttls_is_offered_and_required()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.PlainAsync();
        var offer = Assert.Single(client.Features.Elements());
        Assert.Equal("{urn:ietf:params:xml:ns:xmpp-tls}starttls", offer.Name.ToString());
        Assert.Equal("required", Assert.Single(offer.Elements()).Name.LocalName);
    }

    [Fact]
    public async Task Under_tls_the_mechanisms_are_offered_strongest_first_with_the_bindings_there_are()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        var names = client.Features.Element(Mechanisms)!.Elements().Select(e => e.Value);
        Assert.Equal(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"], names);
        var binding = client.Features.Element("{urn:xmpp:sasl-cb:0}sasl-channel-binding")!;
        Assert.Equal("tls-server-end-point", Assert.Single(binding.Elements()).Attribute("type")!.Value);
    }

    [Fact]
    public async Task After_login_the_stream_offers_what_the_server_has()
    {
        await using var edge = TestEdge.Start(o => o with { CapsNode = "urn:node", CapsVerification = "dmVy" });
        await using var client = await edge.LoggedInAsync();
        string[] expected =
        [
            "{urn:ietf:params:xml:ns:xmpp-bind}bind", "{urn:ietf:params:xml:ns:xmpp-session}session", "{urn:xmpp:sm:3}sm",
            "{urn:xmpp:csi:0}csi", "{urn:xmpp:features:rosterver}ver", "{urn:xmpp:features:pre-approval}sub", "{http://jabber.org/protocol/caps}c",
        ];
        Assert.Equal(expected, client.Features.Elements().Select(e => e.Name.ToString()));
        Assert.Equal("dmVy", client.Features.Elements().Last().Attribute("ver")!.Value);
    }

    [Fact]
    public async Task The_server_header_names_domain_client_version_language_and_a_fresh_id()
    {
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.StartTlsPort);
        await client.OpenStreamAsync(RawClient.Header.Replace("to='", "from='romeo@example.org' to='"));
        var first = System.Xml.Linq.XElement.Parse(client.ServerHeader + "</stream:stream>");
        Assert.Equal("example.org", first.Attribute("from")!.Value);
        Assert.Equal("romeo@example.org", first.Attribute("to")!.Value);
        Assert.Equal("1.0", first.Attribute("version")!.Value);
        Assert.Equal("en", first.Attribute("{http://www.w3.org/XML/1998/namespace}lang")!.Value);
        await using var other = await edge.PlainAsync();
        var second = System.Xml.Linq.XElement.Parse(other.ServerHeader + "</stream:stream>");
        Assert.Equal(32, first.Attribute("id")!.Value.Length);
        Assert.NotEqual(first.Attribute("id")!.Value, second.Attribute("id")!.Value);
    }

    [Fact]
    public async Task Bind_without_a_resource_leaves_the_choice_to_the_owner()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        await client.SendAsync("<iq type='set' id='x'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        Assert.Equal("romeo@example.org/made", (await client.ReadElementAsync()).Value);
        Assert.Null((await edge.Owner.NextAsync<BindInput>()).Resource);
    }

    [Fact]
    public async Task A_resource_that_cannot_be_prepared_is_refused_and_another_may_be_tried()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.LoggedInAsync();
        var refused = await client.BindAsync("a\u0007b".Replace("\u0007", "&#x200b;"));
        Assert.Equal("error", refused.Attribute("type")!.Value);
        Assert.Equal("bad-request", refused.Descendants().First(e => e.Name.NamespaceName.EndsWith("xmpp-stanzas", StringComparison.Ordinal)).Name.LocalName);
        Assert.Equal("result", (await client.BindAsync()).Attribute("type")!.Value);
    }

    [Fact]
    public async Task A_bind_the_owner_refuses_is_answered_with_its_error_and_leaves_nothing_to_detach()
    {
        await using var edge = TestEdge.Start();
        edge.Owner.Script = input => input is BindInput
            ? new BindRefusedOutput(Presence.Protocol.Stanzas.StanzaErrorCondition.ResourceConstraint, "Too many")
            : null;
        await using (var client = await edge.LoggedInAsync())
        {
            var refused = await client.BindAsync();
            Assert.Equal("error", refused.Attribute("type")!.Value);
            Assert.Contains("resource-constraint", refused.ToString());
            await edge.Owner.NextAsync<BindInput>();
            await client.SendAsync("</stream:stream>");
            Assert.Equal("</stream:stream>", await client.ReadToEndAsync());
        }

        await edge.DisposeAsync();
        Assert.True(edge.Owner.IsQuiet);
    }

    [Fact]
    public async Task Direct_tls_needs_no_starttls_and_takes_alpn_xmpp_client()
    {
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await client.SecureAsync(offered: new System.Net.Security.SslApplicationProtocol("xmpp-client"));
        Assert.Equal("xmpp-client", client.Tls!.NegotiatedApplicationProtocol.ToString());
        await client.OpenStreamAsync();
        Assert.Null(client.Features.Element("{urn:ietf:params:xml:ns:xmpp-tls}starttls"));
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task Direct_tls_takes_a_client_without_alpn()
    {
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await client.SecureAsync();
        await client.OpenStreamAsync();
        Assert.NotNull(client.Features.Element(Mechanisms));
    }

    [Fact]
    public async Task Direct_tls_refuses_a_client_that_offers_only_other_protocols()
    {
        await using var edge = TestEdge.Start();
        await using var client = await RawClient.ConnectAsync(edge.DirectTlsPort);
        await Assert.ThrowsAnyAsync<Exception>(
            async () =>
            {
                await client.SecureAsync(offered: System.Net.Security.SslApplicationProtocol.Http2);

                // With TLS 1.3 the client may be done before it reads the alert.
                await client.OpenStreamAsync();
            });
    }
}

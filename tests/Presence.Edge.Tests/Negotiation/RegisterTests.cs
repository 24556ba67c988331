using System.Xml.Linq;
using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>In-band registration (XEP-0077) before log-in, and changes to the own account after it.</summary>
public sealed class RegisterTests
{
    [Fact]
    public async Task It_is_offered_only_where_allowed()
    {
        await using var closed = TestEdge.Start();
        await using var open = TestEdge.Start(Allowed);
        await using var refused = await closed.SecureAsync();
        await using var client = await open.SecureAsync();
        await using var plain = await open.PlainAsync();
        XName feature = "{http://jabber.org/features/iq-register}register";
        Assert.Null(refused.Features.Element(feature));
        Assert.NotNull(client.Features.Element(feature));
        Assert.Null(plain.Features.Element(feature));
        await plain.SendAsync(Register("set", "<username>benvolio</username><password>pax</password>"));
        Assert.Equal("not-authorized", await plain.ReadStreamErrorAsync());
    }

    [Fact]
    public async Task A_new_account_logs_in_on_the_same_stream()
    {
        await using var edge = TestEdge.Start(Allowed);
        await using var client = await edge.SecureAsync();
        await client.SendAsync(Register("get", ""));
        var form = (await client.ReadElementAsync()).Elements().Single();
        Assert.Equal(["instructions", "username", "password"], form.Elements().Select(e => e.Name.LocalName));
        await client.SendAsync(Register("set", "<username>Benvolio</username><password>I do but keep the peace</password>"));
        var result = await client.ReadElementAsync();
        Assert.Equal(("result", "r1"), (result.Attribute("type")!.Value, result.Attribute("id")!.Value));
        Assert.True(edge.Accounts.Keys.ContainsKey(Jid.Parse("benvolio@example.org")));
        Assert.True(await client.LogInAsync("benvolio", "I do but keep the peace"));
    }

    [Theory]
    [InlineData("<username>romeo</username><password>x</password>", "conflict")]
    [InlineData("<username>benvolio</username>", "not-acceptable")]
    [InlineData("<username>benvolio</username><password/>", "not-acceptable")]
    [InlineData("<password>x</password>", "not-acceptable")]
    [InlineData("<username>ben@volio</username><password>x</password>", "not-acceptable")]
    [InlineData("<username>benvolio</username><password>a&#x9;b</password>", "not-acceptable")]
    [InlineData("<remove/>", "registration-required")]
    public async Task What_cannot_be_registered_is_refused_and_the_stream_goes_on(string fields, string condition)
    {
        await using var edge = TestEdge.Start(Allowed);
        await using var client = await edge.SecureAsync();
        await client.SendAsync(Register("set", fields));
        Assert.Equal(condition, Condition(await client.ReadElementAsync()));
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task A_store_that_is_away_is_told_as_passing()
    {
        await using var edge = TestEdge.Start(Allowed);
        edge.Accounts.Broken = true;
        await using var client = await edge.SecureAsync();
        await client.SendAsync(Register("set", "<username>benvolio</username><password>x</password>"));
        var error = (await client.ReadElementAsync()).Elements().Single(e => e.Name.LocalName == "error");
        Assert.Equal("wait", error.Attribute("type")!.Value);
    }

    [Fact]
    public async Task One_address_registers_only_so_many_in_a_window()
    {
        await using var edge = TestEdge.Start(o => Allowed(o) with { RegistrationsPerAddress = 2, LoginTimeout = TimeSpan.FromDays(1) });
        await using var client = await edge.SecureAsync();
        Assert.Equal("result", await TryAsync("one"));
        Assert.Equal("result", await TryAsync("two"));
        Assert.Equal("error", await TryAsync("three"));
        await edge.UntilAsync(() => !edge.IsSending);
        edge.Time.Advance(edge.Options.RegistrationWindow);
        Assert.Equal("result", await TryAsync("three"));

        async Task<string> TryAsync(string name)
        {
            await client.SendAsync(Register("set", $"<username>{name}</username><password>x</password>"));
            return (await client.ReadElementAsync()).Attribute("type")!.Value;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("to='example.org'")]
    [InlineData("to='romeo@example.org'")]
    public async Task A_bound_client_changes_its_password(string to)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(Register("set", "<username>romeo</username><password>n3w</password>", to));
        var result = await client.ReadElementAsync();
        Assert.Equal(("result", "r1"), (result.Attribute("type")!.Value, result.Attribute("id")!.Value));
        await using var again = await edge.SecureAsync();
        Assert.False(await again.LogInAsync("romeo", "wherefore"));
        Assert.True(await again.LogInAsync("romeo", "n3w"));

        // It counted for nobody: the first stanza the owner sees is number 1.
        await client.SendAsync("<presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
    }

    [Fact]
    public async Task Under_stream_management_the_owner_gets_a_request_with_the_same_answer_under_the_same_number()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        await client.SendAsync("<presence/>" + Register("set", "<username>romeo</username><password>n3w</password>", "to='example.org'"));
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        var input = await edge.Owner.NextAsync<StanzaInput>();
        Assert.Equal((2, StanzaType.Get, "r1", "example.org"), (input.Number, input.Stanza.Type, input.Stanza.Id, input.Stanza.To!.ToString()));
        Assert.True(input.Stanza.TryGetChild("ping", "urn:xmpp:ping", out _));
        await using var again = await edge.SecureAsync();
        Assert.True(await again.LogInAsync("romeo", "n3w"));
    }

    [Theory]
    [InlineData("<username>juliet</username><password>x</password>", "not-allowed")]
    [InlineData("<password>x</password>", "bad-request")]
    [InlineData("<username>romeo</username>", "not-acceptable")]
    public async Task What_cannot_be_changed_is_refused_and_changes_nothing(string fields, string condition)
    {
        await using var edge = TestEdge.Start();
        var before = edge.Accounts.Keys.ToArray();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(Register("set", fields));
        Assert.Equal(condition, Condition(await client.ReadElementAsync()));
        Assert.Equal(before.OrderBy(p => p.Key.ToString()), edge.Accounts.Keys.OrderBy(p => p.Key.ToString()));
    }

    [Fact]
    public async Task Under_stream_management_a_refused_change_reaches_the_owner_without_the_password()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        await client.SendAsync(Register("set", "<username>juliet</username><password>s3cret</password>"));
        var input = await edge.Owner.NextAsync<StanzaInput>();
        Assert.Equal((1, StanzaType.Set, "r1"), (input.Number, input.Stanza.Type, input.Stanza.Id));
        Assert.DoesNotContain("s3cret", System.Text.Encoding.UTF8.GetString(input.Stanza.Bytes));
    }

    [Fact]
    public async Task A_bound_client_learns_its_name_and_cancels_its_account()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(Register("get", ""));
        var query = (await client.ReadElementAsync()).Elements().Single();
        Assert.Equal("romeo", query.Element("{jabber:iq:register}username")!.Value);
        Assert.NotNull(query.Element("{jabber:iq:register}registered"));
        await client.SendAsync(Register("set", "<remove/>"));
        Assert.Equal("result", (await client.ReadElementAsync()).Attribute("type")!.Value);
        Assert.False(edge.Accounts.Keys.ContainsKey(Jid.Parse("romeo@example.org")));
    }

    [Fact]
    public async Task A_request_to_somebody_else_is_passed_on()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(Register("set", "<username>romeo</username><password>x</password>", "to='gateway.example.net'"));
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
    }

    private static EdgeOptions Allowed(EdgeOptions options) => options with { AllowRegistration = true };

    private static string Register(string type, string fields, string to = "") =>
        $"<iq type='{type}' id='r1' {to}><query xmlns='jabber:iq:register'>{fields}</query></iq>";

    private static string Condition(XElement iq)
    {
        Assert.Equal("error", iq.Attribute("type")!.Value);
        return iq.Descendants().First(e => e.Name.NamespaceName == "urn:ietf:params:xml:ns:xmpp-stanzas").Name.LocalName;
    }
}

using System.Xml.Linq;
using Presence.Edge.Tests.Harness;
using Presence.Protocol.Addressing;
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
    [InlineData("", false)]
    [InlineData("to='example.org'", false)]
    [InlineData("to='romeo@example.org'", false)]
    [InlineData("to='example.org'", true)]
    public async Task A_bound_client_changes_its_password_and_the_owner_counts_the_answer(string to, bool managed)
    {
        await using var edge = TestEdge.Start();
        await using var client = managed ? await edge.ManagedAsync() : await edge.BoundAsync();
        await client.SendAsync("<presence/>" + Register("set", "<username>romeo</username><password>n3w</password>", to) + "<presence/>");
        Assert.Equal(1, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        var input = await edge.Owner.NextAsync<AnsweredIqInput>();
        var reply = Parsed(input);
        Assert.Equal((2, "result", "r1"), (input.Number, reply.Attribute("type")!.Value, reply.Attribute("id")!.Value));
        Assert.StartsWith("romeo@example.org/", reply.Attribute("to")!.Value, StringComparison.Ordinal);
        Assert.Equal(to, reply.Attribute("from") is { } from ? $"to='{from.Value}'" : "");
        Assert.Empty(reply.Elements());
        Assert.Equal(3, (await edge.Owner.NextAsync<StanzaInput>()).Number);
        await using var again = await edge.SecureAsync();
        Assert.False(await again.LogInAsync("romeo", "wherefore"));
        Assert.True(await again.LogInAsync("romeo", "n3w"));
    }

    [Theory]
    [InlineData("<username>juliet</username><password>s3cret</password>", "not-allowed")]
    [InlineData("<password>s3cret</password>", "bad-request")]
    [InlineData("<username>romeo</username>", "not-acceptable")]
    [InlineData("<username>romeo</username><password/>", "not-acceptable")]
    public async Task What_cannot_be_changed_is_refused_and_changes_nothing(string fields, string condition)
    {
        await using var edge = TestEdge.Start();
        var before = edge.Accounts.Keys.ToArray();
        await using var client = await edge.ManagedAsync();
        await client.SendAsync(Register("set", fields));
        var input = await edge.Owner.NextAsync<AnsweredIqInput>();
        var reply = Parsed(input);
        Assert.Equal((1, "r1", condition), (input.Number, reply.Attribute("id")!.Value, Condition(reply)));
        Assert.DoesNotContain("s3cret", reply.ToString());
        Assert.Equal(before.OrderBy(p => p.Key.ToString()), edge.Accounts.Keys.OrderBy(p => p.Key.ToString()));
    }

    [Fact]
    public async Task A_password_that_cannot_be_stored_now_is_told_as_passing()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.ManagedAsync();
        edge.Accounts.Broken = true;
        await client.SendAsync(Register("set", "<username>romeo</username><password>n3w</password>"));
        var error = Parsed(await edge.Owner.NextAsync<AnsweredIqInput>()).Elements().Single(e => e.Name.LocalName == "error");
        Assert.Equal("wait", error.Attribute("type")!.Value);
    }

    [Theory]
    [InlineData("get", "")]
    [InlineData("set", "<remove/>")]
    public async Task A_request_without_password_is_the_owners(string type, string fields)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.BoundAsync();
        await client.SendAsync(Register(type, fields));
        Assert.Equal("r1", (await edge.Owner.NextAsync<StanzaInput>()).Stanza.Id);
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

    private static XElement Parsed(AnsweredIqInput input) => XElement.Parse(System.Text.Encoding.UTF8.GetString(input.Reply));

    private static string Condition(XElement iq)
    {
        Assert.Equal("error", iq.Attribute("type")!.Value);
        return iq.Descendants().First(e => e.Name.NamespaceName == "urn:ietf:params:xml:ns:xmpp-stanzas").Name.LocalName;
    }
}

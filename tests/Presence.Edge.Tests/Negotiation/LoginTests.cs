using System.Security.Cryptography;
using System.Text;
using Presence.Edge.Tests.Harness;

namespace Presence.Edge.Tests.Negotiation;

/// <summary>Log-in over real TLS: each mechanism, each failure, and what must not be told apart.</summary>
public sealed class LoginTests
{
    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1")]
    public async Task Scram_logs_in_with_either_hash(string mechanism)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        Assert.True(await client.LogInAsync("romeo", "wherefore", mechanism));
        await client.OpenStreamAsync();
        Assert.NotNull(client.Features.Element("{urn:ietf:params:xml:ns:xmpp-bind}bind"));
    }

    [Theory]
    [InlineData("SCRAM-SHA-256-PLUS")]
    [InlineData("SCRAM-SHA-1-PLUS")]
    public async Task Scram_binds_to_the_certificate_shown(string mechanism)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        var hash = SHA256.HashData(client.Certificate!.RawData);
        Assert.True(await client.LogInAsync("romeo", "wherefore", mechanism, "p=tls-server-end-point,,", hash));
    }

    [Fact]
    public async Task A_binding_to_another_certificate_is_refused()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        Assert.False(await client.LogInAsync("romeo", "wherefore", "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", new byte[32]));
        Assert.Equal("not-authorized", Condition(client));
    }

    [Fact]
    public async Task Plain_logs_in_under_tls()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        Assert.Equal("success", (await client.LogInPlainAsync("romeo", "wherefore")).Name.LocalName);
        await client.OpenStreamAsync();
        Assert.Equal("result", (await client.BindAsync()).Attribute("type")!.Value);
    }

    [Theory]
    [InlineData("romeo", "wrong")]
    [InlineData("nobody", "wherefore")]
    [InlineData("romeo\uFFFE", "wherefore")]
    public async Task A_wrong_password_and_an_unknown_user_are_answered_alike(string user, string password)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        Assert.Equal("failure", (await client.LogInPlainAsync(user, password)).Name.LocalName);
        Assert.Equal("not-authorized", Condition(client));
        Assert.False(await client.LogInAsync(user, password));
        Assert.Equal("not-authorized", Condition(client));
    }

    [Fact]
    public async Task An_unknown_user_is_challenged_with_the_same_salt_each_time()
    {
        await using var edge = TestEdge.Start();
        Assert.Equal(await SaltAsync(edge, "nobody"), await SaltAsync(edge, "nobody"));
        Assert.NotEqual(await SaltAsync(edge, "nobody"), await SaltAsync(edge, "noone"));
    }

    [Theory]
    [InlineData("<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "aborted")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='DIGEST-MD5'/>", "invalid-mechanism")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "invalid-mechanism")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>*</auth>", "incorrect-encoding")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AAAA</auth>", "malformed-request")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>AAAA</auth>", "malformed-request")]
    [InlineData("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AAAA</response>", "malformed-request")]
    public async Task Failures_carry_their_condition_and_leave_the_stream_open(string element, string condition)
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        await client.SendAsync(element);
        var failure = await client.ReadElementAsync();
        Assert.Equal("{urn:ietf:params:xml:ns:xmpp-sasl}failure", failure.Name.ToString());
        Assert.Equal(condition, Assert.Single(failure.Elements()).Name.LocalName);
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task Acting_as_somebody_else_is_refused()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        await client.LogInPlainAsync("romeo", "wherefore", authzid: "juliet@example.org");
        Assert.Equal("invalid-authzid", Condition(client));
    }

    [Fact]
    public async Task A_store_that_is_away_is_a_temporary_failure_for_scram_and_plain()
    {
        await using var edge = TestEdge.Start();
        edge.Accounts.Broken = true;
        await using var client = await edge.SecureAsync();
        await client.LogInPlainAsync("romeo", "wherefore");
        Assert.Equal("temporary-auth-failure", Condition(client));
        Assert.False(await client.LogInAsync("romeo", "wherefore"));
        Assert.Equal("temporary-auth-failure", Condition(client));
        edge.Accounts.Broken = false;
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task More_passwords_than_the_derivation_queue_holds_are_a_temporary_failure()
    {
        // No thread takes anything out, so the queue of one is full with the first.
        await using var edge = TestEdge.Start(o => o with { KeyDerivationThreads = 0, KeyDerivationQueue = 1 });
        await using var waiting = await edge.SecureAsync();
        await using var refused = await edge.SecureAsync();
        var both = Task.WhenAny(waiting.LogInPlainAsync("romeo", "wherefore"), refused.LogInPlainAsync("romeo", "wherefore"));
        var answer = await (await both);
        Assert.Equal("temporary-auth-failure", Assert.Single(answer.Elements()).Name.LocalName);
        await edge.PassAsync(edge.Options.LoginTimeout + edge.Options.LingerTimeout + edge.Options.SweepInterval);
    }

    [Fact]
    public async Task The_third_failure_ends_the_stream()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.SecureAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await client.LogInPlainAsync("romeo", "wrong");
            Assert.Equal("not-authorized", Condition(client));
        }

        Assert.Equal("policy-violation", await client.ReadStreamErrorAsync());
    }

    [Fact]
    public async Task Logging_in_without_tls_ends_the_stream_unless_configured()
    {
        await using var edge = TestEdge.Start();
        await using var client = await edge.PlainAsync();
        await client.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'/>");
        Assert.Equal("not-authorized", await client.ReadStreamErrorAsync());
    }

    [Fact]
    public async Task With_plaintext_login_allowed_scram_works_without_tls_and_plain_still_does_not()
    {
        await using var edge = TestEdge.Start(o => o with { AllowPlaintextLogin = true });
        await using var client = await edge.PlainAsync();
        Assert.Equal(
            ["SCRAM-SHA-256", "SCRAM-SHA-1"],
            client.Features.Element("{urn:ietf:params:xml:ns:xmpp-sasl}mechanisms")!.Elements().Select(e => e.Value));
        await client.LogInPlainAsync("romeo", "wherefore");
        Assert.Equal("encryption-required", Condition(client));
        Assert.True(await client.LogInAsync("romeo", "wherefore"));
    }

    [Fact]
    public async Task A_login_begun_in_the_clear_does_not_go_on_under_tls()
    {
        await using var edge = TestEdge.Start(o => o with { AllowPlaintextLogin = true });
        await using var client = await edge.PlainAsync();
        await client.LogInPlainAsync("romeo", "wherefore");
        await client.SendAsync("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'/>");
        Assert.Equal("challenge", (await client.ReadElementAsync()).Name.LocalName);
        await client.StartTlsAsync();
        await client.OpenStreamAsync();
        Assert.Equal("success", (await client.LogInPlainAsync("romeo", "wherefore")).Name.LocalName);
    }

    [Fact]
    public async Task Neither_passwords_nor_bodies_nor_resumption_ids_reach_the_log()
    {
        await using var edge = TestEdge.Start();
        await using (var client = await edge.SecureAsync())
        {
            await client.LogInPlainAsync("romeo", "wr0ng-s3cret");
            await client.LogInPlainAsync("romeo", "wherefore");
            await client.OpenStreamAsync();
            await client.SendAsync("<resume xmlns='urn:xmpp:sm:3' h='1' previd='t0ken'/>");
            await client.ReadElementAsync();
            await client.SendAsync("<message to='juliet@example.org'><body>conf1dential</body></message><broken></s3cret>");
            Assert.Equal("not-well-formed", await client.ReadStreamErrorAsync());
        }

        await edge.DisposeAsync();
        var log = string.Join('\n', edge.Logs.Entries.Select(entry => entry.Text));
        Assert.Contains("romeo@example.org logged in", log);
        Assert.DoesNotContain("s3cret", log);
        Assert.DoesNotContain("wherefore", log);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes("\0romeo\0wherefore")), log);
        Assert.DoesNotContain("conf1dential", log);
        Assert.DoesNotContain("t0ken", log);
    }

    private static string Condition(RawClient client)
    {
        Assert.Equal("failure", client.LastElement.Name.LocalName);
        return Assert.Single(client.LastElement.Elements()).Name.LocalName;
    }

    private static async Task<string> SaltAsync(TestEdge edge, string user)
    {
        await using var client = await edge.SecureAsync();
        var first = Convert.ToBase64String(Encoding.UTF8.GetBytes($"n,,n={user},r=abcdefghijklmnop"));
        await client.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>{first}</auth>");
        var challenge = Encoding.UTF8.GetString(Convert.FromBase64String((await client.ReadElementAsync()).Value));
        return challenge.Split(',').Single(field => field.StartsWith("s=", StringComparison.Ordinal));
    }
}

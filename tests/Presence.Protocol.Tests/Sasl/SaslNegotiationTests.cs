using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Presence.Protocol.Sasl;
using Xunit;

namespace Presence.Protocol.Tests.Sasl;

/// <summary>The SASL phase as a stream sees it: elements in, steps out.</summary>
public sealed class SaslNegotiationTests
{
    private static readonly ScramDecoy Decoy = new(new byte[16], 4096);
    private static readonly ScramKeys Pencil = ScramKeys.TryDerive("pencil", new byte[16], 4096, out var keys) ? keys : null!;

    [Fact]
    public void Scram_goes_through()
    {
        var client = new ScramClient(ScramHash.Sha1, "user", "pencil", "client");
        var sasl = Negotiation();
        Assert.Equal(new SaslStep.NeedsKeys("user"), sasl.Auth("SCRAM-SHA-1", Convert.ToBase64String(client.First)));
        var challenge = Assert.IsType<SaslStep.Challenge>(sasl.SupplyKeys(Pencil));
        var done = Assert.IsType<SaslStep.Success>(sasl.Response(Convert.ToBase64String(client.Final(challenge.Data))));
        Assert.True(client.Trusts(done.Data));
        Assert.True(sasl.IsDone);
        Assert.Equal(0, sasl.Failures);
    }

    [Fact]
    public void Without_an_initial_response_the_client_is_asked_for_it()
    {
        var sasl = Negotiation();
        Assert.Empty(Assert.IsType<SaslStep.Challenge>(sasl.Auth("PLAIN", null)).Data);
        Assert.Equal(new SaslStep.NeedsVerification("user", "pencil"), sasl.Response(Base64("\0user\0pencil")));
        Assert.Equal("user", Assert.IsType<SaslStep.Success>(sasl.SupplyVerdict(true)).Username);
    }

    [Fact]
    public void A_failed_attempt_may_be_followed_by_another()
    {
        var sasl = Negotiation();
        sasl.Auth("PLAIN", Base64("\0user\0wrong"));
        Assert.Equal(new SaslStep.Failed(SaslCondition.NotAuthorized), sasl.SupplyVerdict(false));
        sasl.Auth("SCRAM-SHA-1", string.Empty);
        Assert.Equal(new SaslStep.Failed(SaslCondition.Aborted), sasl.Abort());
        sasl.Auth("PLAIN", Base64("\0user\0pencil"));
        Assert.Equal(new SaslStep.Failed(SaslCondition.TemporaryAuthFailure), sasl.Deny(SaslCondition.TemporaryAuthFailure));
        Assert.Equal(3, sasl.Failures);
        Assert.IsType<SaslStep.NeedsVerification>(sasl.Auth("PLAIN", Base64("\0user\0pencil")));
    }

    [Theory]
    [InlineData(null, null, SaslCondition.InvalidMechanism)]
    [InlineData("", null, SaslCondition.InvalidMechanism)]
    [InlineData("plain", null, SaslCondition.InvalidMechanism)]
    [InlineData("DIGEST-MD5", null, SaslCondition.InvalidMechanism)]
    [InlineData("SCRAM-SHA-256-PLUS", null, SaslCondition.InvalidMechanism)]
    [InlineData("PLAIN", "*", SaslCondition.IncorrectEncoding)]
    [InlineData("PLAIN", "AAA", SaslCondition.IncorrectEncoding)]
    [InlineData("PLAIN", "AHVz ZXIAcA==", SaslCondition.IncorrectEncoding)]
    [InlineData("PLAIN", "AHVzZXIAcB==", SaslCondition.IncorrectEncoding)] // stray bits
    [InlineData("PLAIN", "====", SaslCondition.IncorrectEncoding)]
    [InlineData("PLAIN", "=", SaslCondition.MalformedRequest)] // an empty response, which PLAIN has no use for
    [InlineData("SCRAM-SHA-1", "=", SaslCondition.MalformedRequest)]
    public void Refuses_auth(string? mechanism, string? text, SaslCondition condition) =>
        Assert.Equal(new SaslStep.Failed(condition), Negotiation().Auth(mechanism, text));

    [Theory]
    [InlineData("user\0pencil", SaslCondition.MalformedRequest)]
    [InlineData("\0user\0pen\0cil", SaslCondition.MalformedRequest)]
    [InlineData("\0\0pencil", SaslCondition.MalformedRequest)]
    [InlineData("\0user\0", SaslCondition.MalformedRequest)]
    [InlineData("other@example.com\0user\0pencil", SaslCondition.InvalidAuthzid)]
    [InlineData("user@example.net\0user\0pencil", SaslCondition.InvalidAuthzid)]
    [InlineData("\0us er\0pencil", SaslCondition.NotAuthorized)]
    public void Refuses_plain(string message, SaslCondition condition) =>
        Assert.Equal(new SaslStep.Failed(condition), Negotiation().Auth("PLAIN", Base64(message)));

    [Fact]
    public void Plain_may_name_the_account_twice_and_must_be_utf8()
    {
        Assert.Equal(new SaslStep.NeedsVerification("user", "p\u00E4ss"), Negotiation().Auth("PLAIN", Base64("User@example.com\0USER\0p\u00E4ss")));
        Assert.Equal(new SaslStep.Failed(SaslCondition.MalformedRequest), PlainServer.Read([0, (byte)'u', 0, 0xFF], "example.com"));
        Assert.Equal(new SaslStep.Failed(SaslCondition.MalformedRequest), PlainServer.Read(new byte[9000], "example.com"));
        Assert.DoesNotContain("secret", new SaslStep.NeedsVerification("user", "secret").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_out_of_turn_are_malformed()
    {
        var sasl = Negotiation();
        Assert.Equal(new SaslStep.Failed(SaslCondition.MalformedRequest), sasl.Response(null));
        sasl.Auth("SCRAM-SHA-1", null);
        Assert.Equal(new SaslStep.Failed(SaslCondition.MalformedRequest), sasl.Auth("SCRAM-SHA-1", null));
        Assert.Throws<InvalidOperationException>(() => sasl.SupplyVerdict(true));
        Assert.Throws<InvalidOperationException>(() => sasl.SupplyKeys(null));
    }

    [Fact]
    public void Offers_by_the_state_of_the_channel()
    {
        var bound = new ChannelBindings(null, [1]);
        Assert.Equal([SaslMechanism.ScramSha256, SaslMechanism.ScramSha1], SaslMechanisms.Offer(false, bound));
        Assert.Equal(
            ["SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"], SaslMechanisms.Offer(true, ChannelBindings.None).Select(SaslMechanisms.NameOf));
        Assert.Equal(
            ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"],
            SaslMechanisms.Offer(true, bound).Select(SaslMechanisms.NameOf));
        Assert.Equal(
            [SaslMechanism.ScramSha256], SaslMechanisms.Offer(true, bound, new HashSet<SaslMechanism> { SaslMechanism.ScramSha256 }));
        Assert.Equal(["tls-server-end-point"], bound.Types);
        Assert.Equal(["tls-exporter", "tls-server-end-point"], new ChannelBindings([1], [1]).Types);
    }

    [Fact]
    public void A_refused_choice_says_why()
    {
        Assert.False(SaslMechanisms.TrySelect("PLAIN", SaslMechanisms.Offer(false, ChannelBindings.None), false, out _, out var failure));
        Assert.Equal(SaslCondition.EncryptionRequired, failure);
        Assert.False(SaslMechanisms.TrySelect("SCRAM-SHA-1", [SaslMechanism.ScramSha256], true, out _, out failure));
        Assert.Equal(SaslCondition.MechanismTooWeak, failure);
    }

    [Theory]
    [MemberData(nameof(Conditions))]
    public void Every_condition_has_its_element(SaslCondition condition, string name) => Assert.Equal(
        $"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{name}/></failure>", Encoding.UTF8.GetString(SaslElements.Failure(condition)));

    // RFC 6120 §6.5.1–§6.5.11.
    public static TheoryData<SaslCondition, string> Conditions() => new()
    {
        { SaslCondition.Aborted, "aborted" },
        { SaslCondition.AccountDisabled, "account-disabled" },
        { SaslCondition.CredentialsExpired, "credentials-expired" },
        { SaslCondition.EncryptionRequired, "encryption-required" },
        { SaslCondition.IncorrectEncoding, "incorrect-encoding" },
        { SaslCondition.InvalidAuthzid, "invalid-authzid" },
        { SaslCondition.InvalidMechanism, "invalid-mechanism" },
        { SaslCondition.MalformedRequest, "malformed-request" },
        { SaslCondition.MechanismTooWeak, "mechanism-too-weak" },
        { SaslCondition.NotAuthorized, "not-authorized" },
        { SaslCondition.TemporaryAuthFailure, "temporary-auth-failure" },
    };

    [Fact]
    public void Data_travels_as_base64()
    {
        Assert.Equal("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj0x</challenge>", Encoding.UTF8.GetString(SaslElements.Challenge("r=1"u8)));
        Assert.Equal("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", Encoding.UTF8.GetString(SaslElements.Challenge([])));
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>dj0x</success>", Encoding.UTF8.GetString(SaslElements.Success("v=1"u8)));
        Assert.Equal("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", Encoding.UTF8.GetString(SaslElements.Success([])));
        Assert.True(SaslElements.TryDecodeAuth(string.Empty, out var none, out _));
        Assert.Null(none);
        Assert.True(SaslElements.TryDecodeAuth("=", out var empty, out _));
        Assert.Equal([], empty!);
        Assert.True(SaslElements.TryDecodeResponse(null, out empty, out _));
        Assert.Equal([], empty);
        Assert.False(SaslElements.TryDecodeResponse(new string('A', SaslElements.MaxText + 4), out _, out var failure));
        Assert.Equal(SaslCondition.MalformedRequest, failure);
    }

    [Fact]
    public void Base64_has_one_spelling() => Check.One(
        Config.QuickThrowOnFailure.WithReplay(23, 29),
        Prop.ForAll<byte[]>(bytes =>
            SaslElements.TryDecodeResponse(Convert.ToBase64String(bytes ?? []), out var back, out _) && back.SequenceEqual(bytes ?? [])));

    [Fact]
    public void Any_elements_are_taken_without_an_exception() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(31, 37),
        Prop.ForAll<NonNegativeInt, string, byte[]>((mechanism, text, data) =>
        {
            string[] names = ["SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN", "X"];
            var sasl = Negotiation();
            return sasl.Auth(names[mechanism.Get % 4], text) is not SaslStep.Success
                && Negotiation().Auth(names[mechanism.Get % 4], Convert.ToBase64String(data ?? [])) is not SaslStep.Success
                && sasl.Response(text) is not SaslStep.Success;
        }));

    private static SaslNegotiation Negotiation() => new(new SaslContext(
        "example.com", true, ChannelBindings.None, SaslMechanisms.Offer(true, ChannelBindings.None), Decoy, () => "server-nonce"));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

using System.Text;

namespace Presence.Chaos.Hostile;

/// <summary>
/// What strangers and clients who turned bad send, each with the condition RFC 6120 names for it, against a real node. Beside every attack the canaries go on
/// chatting: nothing of theirs is lost, doubled, reordered or late.
/// </summary>
public sealed class AttackTests(BesiegedNode besieged) : IClassFixture<BesiegedNode>
{
    private const int Many = 20_000;

    private int Port => besieged.Node.Ports.Client;

    public static TheoryData<string, string, string> Stanzas => new()
    {
        { "oversized", $"<message to='{BesiegedNode.Victim}'><body>{new string('x', 300_000)}</body></message>", "policy-violation" },
        { "20,000 levels", string.Concat(Enumerable.Repeat("<a>", Many)), "policy-violation" },
        { "20,000 attributes", $"<message {string.Concat(Enumerable.Range(0, Many).Select(i => $" a{i}=''"))}/>", "policy-violation" },
        { "an endless name", $"<{new string('n', Many)}/>", "policy-violation" },
        { "malformed", "<message><body>1 < 2</body></message>", "not-well-formed" },
        { "a tag closed by another", "<message><body></message></body>", "not-well-formed" },
        { "a prefix nobody bound", "<message><x:y/></message>", "not-well-formed" },
        { "a character that is none", "<message><body>&#0;</body></message>", "not-well-formed" },
        { "a DTD", "<!DOCTYPE lol [<!ENTITY lol 'lol'>]><message/>", "restricted-xml" },
        { "an entity", "<message><body>&lol;</body></message>", "restricted-xml" },
        { "a processing instruction", "<message><?php evil() ?></message>", "restricted-xml" },
        { "a comment", "<message><!-- hidden --></message>", "restricted-xml" },
        { "a spoofed 'from'", $"<message from='{Canaries.Names[0]}' to='{Canaries.Names[1]}'><body>it is me</body></message>", "invalid-from" },
        { "a stanza of servers", "<message xmlns='jabber:server'/>", "unsupported-stanza-type" },
        { "no stanza at all", "<river xmlns='urn:example:river'/>", "unsupported-stanza-type" },
        { "a stream within the stream", Intruder.Header["<?xml version='1.0'?>".Length..] + "</stream:stream>", "unsupported-stanza-type" },
    };

    public static TheoryData<string, string> Headers => new()
    {
        { Intruder.Header.Replace("<stream:stream", "<!DOCTYPE a><stream:stream", StringComparison.Ordinal), "restricted-xml" },
        { Intruder.Header.Replace("?>", " encoding='UTF-16'?>", StringComparison.Ordinal), "unsupported-encoding" },
        { Intruder.Header.Replace("to='localhost'", "to='elsewhere.example'", StringComparison.Ordinal), "host-unknown" },
        { Intruder.Header.Replace("jabber:client", "jabber:server", StringComparison.Ordinal), "invalid-namespace" },
        { Intruder.Header.Replace("etherx", "ether", StringComparison.Ordinal), "invalid-namespace" },
        { "<stream:stream" + string.Concat(Enumerable.Range(0, Many).Select(i => $" a{i}=''")), "policy-violation" },
        { "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "not-well-formed" },
    };

    [Theory]
    [MemberData(nameof(Stanzas))]
    public async Task After_log_in(string what, string xml, string condition)
    {
        await using var intruder = await Intruder.BoundAsync(Port, BesiegedNode.Mallory);
        await intruder.TrySendAsync(Encoding.UTF8.GetBytes(xml));
        var got = await intruder.StreamErrorAsync();
        Assert.True(got == condition && intruder.Text.EndsWith("</stream:stream>", StringComparison.Ordinal), $"{what}: {intruder.Text}");
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("<message to='victim@localhost'><body>too early</body></message>")]
    [InlineData("<presence/>")]
    [InlineData("<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' previd='guessed' h='0'/>")]
    [InlineData("<inactive xmlns='urn:xmpp:csi:0'/>")]
    public async Task A_stanza_before_log_in_is_not_authorized(string xml)
    {
        await using var intruder = await Intruder.OpenAsync(Port);
        await intruder.SendAsync(xml);
        Assert.Equal("not-authorized", await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_header_that_is_none(string header, string condition)
    {
        await using var intruder = await Intruder.ConnectAsync(Port);
        await intruder.TrySendAsync(Encoding.UTF8.GetBytes(header));
        Assert.Equal(condition, await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_encoding_is_unsupported(bool bigEndian)
    {
        await using var intruder = await Intruder.ConnectAsync(Port);
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        await intruder.TrySendAsync((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes(Intruder.Header)]);
        Assert.Equal("unsupported-encoding", await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Bytes_that_are_not_utf8_within_a_stanza()
    {
        await using var intruder = await Intruder.BoundAsync(Port, BesiegedNode.Mallory);
        await intruder.TrySendAsync((byte[])[.. "<message><body>"u8, 0xC0, 0xAF, .. "</body></message>"u8]);
        Assert.Equal("unsupported-encoding", await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_credential_larger_than_any_before_log_in()
    {
        await using var intruder = await Intruder.OpenAsync(Port);
        await intruder.TrySendAsync(Encoding.UTF8.GetBytes(
            $"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'>{new string('A', 50_000)}</auth>"));
        Assert.Equal("policy-violation", await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData(false, "SCRAM-SHA-1", "n,a=canary-one@localhost,n=mallory,r=abcdef")]
    [InlineData(true, "PLAIN", "canary-one@localhost\0mallory\0secret")]
    public async Task A_foreign_authzid_is_refused_and_logs_nobody_in(bool tls, string mechanism, string first)
    {
        await using var intruder = await Intruder.OpenAsync(tls ? besieged.Node.Ports.DirectTls : Port, tls);
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(first));
        await intruder.SendAsync($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='{mechanism}'>{data}</auth>");
        Assert.Contains("<invalid-authzid/>", await intruder.TakeAsync("</failure>"), StringComparison.Ordinal);
        await intruder.SendAsync("<presence/>");
        Assert.Equal("not-authorized", await intruder.StreamErrorAsync());
        await besieged.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("<no-store xmlns='urn:xmpp:hints'/>", false)]
    public async Task A_forged_stanza_id_is_replaced_or_taken_out(string hint, bool stored)
    {
        await using var victim = await Intruder.BoundAsync(Port, BesiegedNode.Victim, "forged");
        await using var intruder = await Intruder.BoundAsync(Port, BesiegedNode.Mallory);
        await victim.SendAsync("<presence/>");
        await victim.TakeAsync("<presence");
        await intruder.SendAsync(
            $"<message to='{BesiegedNode.Victim}' type='chat'><body>trust me</body><stanza-id xmlns='urn:xmpp:sid:0' by='{BesiegedNode.Victim}' id='forged-id'/>"
            + "<s:stanza-id xmlns:s='urn:xmpp:sid:0' by='VICTIM@localhost' id='forged-too'/>" + hint + "</message>");
        var message = await victim.TakeAsync("</message>");
        Assert.Contains("trust me", message, StringComparison.Ordinal);
        Assert.Equal(stored, message.Contains("stanza-id", StringComparison.Ordinal));
        Assert.DoesNotContain("forged-", message, StringComparison.Ordinal);
        await besieged.AssertUnharmedAsync();
    }
}

using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// slixmpp logs in: what RFC 6120 and XEP-0368 promise a client before its first stanza.
/// </summary>
public sealed class LoginPlays(PlayNode stage)
{
    [Theory]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-1")]
    [InlineData("PLAIN")]
    public async Task Logs_in_over_starttls(string mechanism)
    {
        var play = await stage.PlayAsync("slixmpp/login.py", mechanism);

        var login = play.One("logged in");
        Assert.Equal(mechanism, login.Text("used"));
        Assert.Equal(["PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256"], login.Texts("offered"));
        Assert.EndsWith("@localhost/desk", login.Text("jid"), StringComparison.Ordinal);
        Assert.StartsWith("TLSv1.", login.Text("tls"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_in_over_direct_tls_with_alpn_and_a_certificate_for_the_domain()
    {
        var play = await stage.PlayAsync("slixmpp/direct_tls.py");

        Assert.Equal("xmpp-client", play.One("logged in").Text("alpn"));
        Assert.Contains("localhost", play.One("certificate").Texts("names"));
    }

    [Fact]
    public async Task Refuses_a_wrong_password_and_an_unknown_account_alike()
    {
        var refused = (await stage.PlayAsync("slixmpp/wrong_password.py")).All("refused");

        Assert.Equal(6, refused.Count);
        Assert.All(refused, refusal =>
        {
            Assert.Equal("not-authorized", refusal.Text("condition"));
            Assert.False(refusal.Flag("started"));
        });
    }

    [Fact]
    public async Task Changes_its_password_and_cancels_its_account_while_stream_management_counts()
    {
        var cast = await stage.CastAsync();
        using var running = stage.Start("slixmpp/registration.py", cast);
        var play = await stage.EndAsync(running);

        var form = play.One("form");
        Assert.Equal(["password", "username"], form.Texts("fields"));
        Assert.True(form.Flag("registered"));
        Assert.Equal(form.Text("own"), form.Text("username"));
        Assert.Equal("""["error","not-acceptable"]""", play.One("failed").Json("empty"));
        Assert.Equal("""["error","not-acceptable"]""", play.One("failed").Json("forbidden"));
        Assert.Equal("result", play.One("unchanged").Text("ping"));
        Assert.Equal("""["result",true]""", play.One("changed").Json("answer"));
        Assert.Equal("not-authorized", play.One("changed").Text("old"));
        Assert.True(play.One("resumed").Flag("resumed"));
        Assert.Equal("while cut", play.One("resumed").Text("got"));
        Assert.Equal("result", play.One("resumed").Text("ping"));
        Assert.Equal(0, play.One("resumed").Number("more"));
        Assert.Equal("""["result",true]""", play.One("again").Json("answer"));
        Assert.Equal("""["result",true]""", play.One("cancelled").Json("answer"));
        Assert.Equal(["not-authorized", "not-authorized"], play.One("cancelled").Texts("ends"));
        Assert.Equal("not-authorized", play.One("cancelled").Text("third"));

        // What the account stored was deleted while the script came to its end: before that, nobody could have its name.
        await stage.Node.Admin.AddUserAsync(cast["alice"], "secret");
    }

    [Fact]
    public async Task A_second_session_with_the_same_resource_ends_the_first()
    {
        var play = await stage.PlayAsync("slixmpp/conflict.py");

        Assert.Equal("conflict", play.One("old ended").Text("condition"));
        Assert.Equal("result", play.One("new").Text("ping"));
        Assert.Equal("result", play.One("new").Text("other"));
        Assert.NotEmpty(play.One("server's choice").Text("resource")!);
        Assert.Equal("for the new one", play.One("new got").Text("body"));
    }

    [Fact]
    public async Task Describes_itself_and_refuses_what_it_does_not_know()
    {
        var play = await stage.PlayAsync("slixmpp/services.py");

        var server = play.One("server");
        Assert.Contains("[\"server\",\"im\"]", server.Json("identities"), StringComparison.Ordinal);
        string[] expected =
        [
            "http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items", "jabber:iq:version",
            "urn:xmpp:blocking", "urn:xmpp:carbons:2", "urn:xmpp:ping",
        ];
        Assert.All(expected, feature => Assert.Contains(feature, server.Texts("features")));
        var account = play.One("account");
        Assert.Contains("[\"account\",\"registered\"]", account.Json("identities"), StringComparison.Ordinal);
        string[] ofAccount = ["urn:xmpp:mam:2", "urn:xmpp:push:0", "urn:xmpp:sid:0"];
        Assert.All(ofAccount, feature => Assert.Contains(feature, account.Texts("features")));
        Assert.Equal("result", play.One("items").Text("answer"));
        Assert.Equal(server.Json("features"), play.One("caps").Json("features"));
        Assert.Equal("sha-1", play.One("caps").Text("hash"));
        Assert.NotEmpty(play.One("version").Text("name")!);
        Assert.NotEmpty(play.One("version").Text("version")!);
        Assert.All(["server", "own", "nothing"], target => Assert.Equal("result", play.One("ping").Text(target)));
        Assert.All(["server", "account"], target =>
            Assert.Equal("""["error","service-unavailable"]""", play.One("unknown").Json(target)));
        Assert.Equal("""["error","service-unavailable"]""", play.One("stranger").Json("answer"));
    }
}

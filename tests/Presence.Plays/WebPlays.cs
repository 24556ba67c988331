using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// Clients that come through a WebSocket: the npm package @xmpp/client over wss, and Converse.js in a headless Chromium.
/// </summary>
public sealed class WebPlays(PlayNode stage, BrowserNode browsers) : IClassFixture<BrowserNode>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_npm_client_chats_over_wss_and_resumes_after_its_socket_was_cut()
    {
        var play = await stage.PlayAsync("js/websocket.mjs");

        Assert.Equal("SCRAM-SHA-1", play.One("logged in").Text("mechanism"));
        Assert.True(play.One("logged in").Flag("resumable"));
        Assert.Equal(4, play.All("both ways").Count);
        Assert.All(play.All("both ways"), exchange =>
        {
            Assert.True(exchange.Flag("same"));
            Assert.Equal("jabber:client", exchange.Text("namespace"));
        });
        var resumed = play.One("resumed");
        Assert.True(resumed.Flag("sameAddress"));
        Assert.Equal(Enumerable.Range(0, 5).Select(n => $"while cut {n}"), resumed.Texts("got"));
        Assert.Equal(Enumerable.Range(0, 5).Select(n => $"from the cut {n}"), resumed.Texts("seen"));
        Assert.Equal(0, resumed.Number("left"));
        Assert.Equal("jabber:client", play.One("asked").Text("namespace"));
    }

    [Fact]
    public async Task Converse_chats_is_away_and_pushed_while_its_network_is_gone_and_comes_back_to_what_waited()
    {
        var cast = await browsers.CastAsync();
        using var server = browsers.Start("slixmpp/app_server.py", cast, "serve");
        await server.WaitForAsync("connected", Limit);
        using var page = browsers.Start("js/converse.mjs", cast);
        await page.WaitForAsync("sent", 2 * Limit);
        await server.WaitForAsync("publish", Limit);
        await page.TellAsync("come back");
        var play = await browsers.EndAsync(page);
        await server.TellAsync("go");
        var pushes = (await browsers.EndAsync(server)).All("publish");

        Assert.Equal("result", play.One("push").Text("answer"));
        Assert.Equal("hello tcp", play.One("heard").Text("body"));
        Assert.Equal("away", play.One("gone").Text("show"));
        Assert.All(pushes, push => Assert.Equal($"node-of-{cast["alice"]}", push.Text("node")));
        Assert.All(pushes, push => Assert.Contains("\"secret\":\"secret of the page\"", push.Json("options"), StringComparison.Ordinal));
        Assert.All(pushes, push => Assert.Matches("\"message-count\":\"[1-5]\"", push.Json("fields")));
        string[] waited = [.. Enumerable.Range(0, 5).Select(n => $"while away {n}")];
        var back = play.One("back");
        Assert.Equal(waited, back.Texts("got"));
        Assert.Equal("available", back.Text("show"));
        Assert.Equal(0, back.Number("early"));
        Assert.Equal(4, back.Number("opened"));
        Assert.Equal(waited, play.One("loaded anew").Texts("got"));
        Assert.Equal(0, play.One("loaded anew").Number("errors"));
        Assert.Single((await browsers.Node.Admin.SessionsAsync(cast["alice"])).GetProperty("sessions").EnumerateArray());
    }
}

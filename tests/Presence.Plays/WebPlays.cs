using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// Clients that come through a WebSocket: the npm package @xmpp/client over wss, and Converse.js in a headless Chromium.
/// </summary>
public sealed class WebPlays(PlayNode stage)
{
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
    public async Task Converse_chats_loses_its_network_and_comes_back_to_what_waited()
    {
        var play = await stage.PlayAsync("js/converse.mjs");

        Assert.Equal("hello tcp", play.One("heard").Text("body"));
        var back = play.One("back");
        Assert.Equal(Enumerable.Range(0, 5).Select(n => $"while away {n}"), back.Texts("got"));
        Assert.Equal(0, back.Number("early"));
        Assert.Equal(4, back.Number("opened"));
    }
}

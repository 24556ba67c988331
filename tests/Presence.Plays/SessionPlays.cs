using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// Sessions that outlive their connection: stream management, push and the Away rule, with slixmpp and the raw client.
/// </summary>
public sealed class SessionPlays(PlayNode stage)
{
    [Fact]
    public async Task Slixmpp_resumes_after_a_cut_and_gets_its_queue_once_in_order()
    {
        var play = await stage.PlayAsync("slixmpp/resume.py");

        Assert.True(play.One("enabled").Flag("resumable"));
        Assert.Equal(3, play.All("resumed").Count);
        Assert.All(play.All("resumed"), resumed =>
        {
            Assert.True(resumed.Flag("resumed"));
            Assert.True(resumed.Flag("same_address"));
            Assert.Equal(resumed.Texts("expected"), resumed.Texts("got"));
        });
        Assert.All(play.All("live"), live => Assert.Equal("live again", live.Text("got")));
        Assert.Empty(play.One("left over").Texts("messages"));
    }

    [Fact]
    public async Task What_was_not_acknowledged_is_sent_again_and_arrives_once()
    {
        var play = await stage.PlayAsync("slixmpp/resend.py");

        Assert.Equal(6, play.One("acknowledged").Number("h"));
        Assert.All(play.All("resumed"), resumed =>
        {
            Assert.Equal("resumed", resumed.Text("answer"));
            Assert.True(resumed.Flag("previd_same"));
            Assert.True(resumed.Flag("h_possible"));
        });
        Assert.All(play.All("settled"), settled => Assert.Equal(settled.Number("sent"), settled.Number("h")));
        Assert.Equal(play.One("arrived").Texts("expected"), play.One("arrived").Texts("got"));
        Assert.Equal(0, play.One("arrived").Number("more"));
    }

    [Fact]
    public async Task Counts_refuses_and_replaces_as_stream_management_demands()
    {
        var play = await stage.PlayAsync("slixmpp/stream_management.py");

        Assert.Equal("resumed", play.One("taken over").Text("answer"));
        Assert.Equal(["not acknowledged"], play.One("taken over").Texts("again"));
        Assert.Equal("conflict", play.One("old connection").Text("condition"));
        Assert.Equal("result", play.One("still bound").Text("ping"));
        Assert.Equal(7, play.One("counted").Number("difference"));
        Assert.True(play.One("every request answered").Flag("same"));
        foreach (var refused in (string[])["unknown id", "other account's id", "after goodbye"])
        {
            Assert.Equal("failed", play.One(refused).Text("answer"));
            Assert.Contains("item-not-found", play.One(refused).Texts("conditions"));
        }

        Assert.Equal(play.One("binds all the same").Text("own"), play.One("binds all the same").Text("bare"));
        Assert.Equal("result", play.One("owner undisturbed").Text("ping"));
        Assert.Contains("unexpected-request", play.One("enabled twice").Texts("conditions"));
        Assert.Equal("result", play.One("enabled twice").Text("ping"));
        Assert.Equal("undefined-condition", play.One("too high").Text("condition"));
    }

    [Fact]
    public async Task A_sleeping_phone_is_pushed_once_for_what_deserves_it()
    {
        var play = await stage.PlayAsync("slixmpp/push.py");

        Assert.All(play.All("enable"), enabled => Assert.Equal("result", enabled.Text("answer")));
        Assert.Equal("result", play.One("disable").Text("answer"));
        Assert.Equal("resumed", play.One("resumed").Text("answer"));
        Assert.Equal(["wake up"], play.One("resumed").Texts("bodies"));
        var measure = play.One("measure").Text("node")!;
        Assert.NotNull(await stage.Node.Pushes.WaitAsync(push => push.GetRawText().Contains(measure, StringComparison.Ordinal), Limit));
        var sleeping = play.One("sleeping").Text("node")!;
        var pushes = stage.Node.Pushes.Read().Where(push => push.GetRawText().Contains(sleeping, StringComparison.Ordinal));
        Assert.DoesNotContain("wake up", Assert.Single(pushes).GetRawText(), StringComparison.Ordinal);
    }

    private static TimeSpan Limit => TimeSpan.FromSeconds(15);
}

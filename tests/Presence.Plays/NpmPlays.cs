using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// The npm package @xmpp/client against the node, alone and together with slixmpp.
/// </summary>
public sealed class NpmPlays(PlayNode stage)
{
    [Fact]
    public async Task Chats_with_slixmpp_and_keeps_a_roster()
    {
        var cast = await stage.CastAsync();
        using var echo = stage.Start("slixmpp/echo.py", cast);
        using var chat = stage.Start("js/chat.mjs", cast);
        var play = await stage.EndAsync(chat);
        var heard = (await stage.EndAsync(echo)).All("heard");

        Assert.Equal("SCRAM-SHA-1", play.One("logged in").Text("mechanism"));
        Assert.True(play.One("logged in").Flag("secure"));
        var answers = play.All("answer");
        Assert.Equal([.. answers.Select(a => a.Text("sent")), "goodbye"], heard.Select(h => h.Text("body")));
        Assert.All(answers, answer => Assert.Equal(Backwards(answer.Text("sent")!), answer.Text("body")));
        Assert.Equal("Bob", play.One("pushed").Text("name"));
        Assert.Contains("Bob", play.One("roster").Json("items"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resumes_by_itself_after_its_socket_was_cut()
    {
        var play = await stage.PlayAsync("js/resume.mjs");

        Assert.True(play.One("enabled").Flag("id"));
        Assert.Equal(3, play.All("round").Count);
        Assert.All(play.All("round"), round =>
        {
            var number = round.Number("round");
            Assert.True(round.Flag("sameAddress"));
            Assert.Equal(Enumerable.Range(0, 5).Select(n => $"while cut {number}.{n}"), round.Texts("got"));
            Assert.Equal(Enumerable.Range(0, 5).Select(n => $"from the cut {number}.{n}"), round.Texts("seen"));
        });
        Assert.Empty(play.One("left over").Texts("alice"));
        Assert.Empty(play.One("left over").Texts("bob"));
    }

    [Fact]
    public async Task Reads_carbons_and_archive_over_direct_tls()
    {
        var play = await stage.PlayAsync("js/queries.mjs");

        Assert.Equal(["to bob 0", "to bob 1", "to bob 2"], play.All("carbon").Select(carbon => carbon.Text("body")));
        Assert.All(play.All("carbon"), carbon => Assert.Equal(carbon.Text("from")!.Split('/')[0], carbon.Text("outer")));
        Assert.Equal("""[["to bob 0","to bob 1"],["to bob 2"]]""", play.One("archive").Json("pages"));
    }

    [Fact]
    public async Task Keeps_contacts_blocks_them_and_reads_what_waited()
    {
        var cast = await stage.CastAsync();
        using var contacts = stage.Start("js/contacts.mjs", cast);
        var play = await stage.EndAsync(contacts);

        Assert.Equal([$"{cast["bob"]}/desk"], play.One("subscribed").Texts("alice"));
        Assert.Equal([$"{cast["alice"]}/desk", $"{cast["alice"]}/phone"], play.One("subscribed").Texts("bob"));
        Assert.Empty(play.One("held").Texts("arrived"));
        Assert.Equal(["dnd", "composing", "this matters"], play.One("inactive").Texts("arrived"));
        Assert.Equal("to the phone", play.One("carbon").Text("body"));
        Assert.True(play.One("carbon").Flag("to"));
        Assert.True(play.One("carbon").Flag("outer"));
        Assert.True(play.One("refused").Flag("unavailable"));
        Assert.Equal(0, play.One("blocked").Number("arrived"));
        Assert.Equal(["while away 0", "while away 1"], play.One("offline").Texts("bodies"));
        Assert.True(play.One("offline").Flag("delayed"));
    }

    [Fact]
    public async Task Is_pushed_when_its_socket_was_cut_and_gets_what_woke_it()
    {
        var play = await stage.PlayAsync("js/push.mjs");

        Assert.Equal("result", play.One("enabled").Text("answer"));
        Assert.Equal("wake up", play.One("awake").Text("body"));
        var node = play.One("enabled").Text("node")!;
        Assert.NotNull(await stage.Node.Pushes.WaitAsync(push => push.GetRawText().Contains(node, StringComparison.Ordinal), TimeSpan.FromSeconds(15)));
    }

    private static string Backwards(string text) => string.Concat(text.EnumerateRunes().Reverse());
}

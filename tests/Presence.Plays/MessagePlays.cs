using System.Text.Json;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// slixmpp writes and reads: chat, carbons, archive, offline messages, receipts and blocking.
/// </summary>
public sealed class MessagePlays(PlayNode stage)
{
    [Fact]
    public async Task Chats_both_ways_without_changing_a_letter()
    {
        var play = await stage.PlayAsync("slixmpp/chat.py");

        Assert.Equal(4, play.All("bob got").Count);
        Assert.All(play.All("bob got"), got =>
        {
            Assert.Equal(got.Text("sent"), got.Text("body"));
            Assert.EndsWith("/desk", got.Text("sender"), StringComparison.Ordinal);
            Assert.Equal("chat", got.Text("type"));
            Assert.NotNull(got.Text("stanza_id"));
        });
        Assert.Equal(4, play.All("bob got").Select(got => got.Text("stanza_id")).Distinct().Count());
        Assert.All(play.All("alice got"), got =>
        {
            Assert.Equal(got.Text("sent"), got.Text("body"));
            Assert.EndsWith("/phone", got.Text("sender"), StringComparison.Ordinal);
        });
        Assert.Equal("my-own-id", play.One("id kept").Text("id"));
    }

    [Fact]
    public async Task Carbons_show_both_sides_to_the_devices_that_asked()
    {
        var play = await stage.PlayAsync("slixmpp/carbons.py");

        Assert.All(play.All("enable"), enabled => Assert.Equal("result", enabled.Text("answer")));
        Assert.Equal("from the desk", play.One("bob got").Text("body"));
        foreach (var (direction, body) in new[] { ("sent carbon", "from the desk"), ("received carbon", "to the desk") })
        {
            var carbon = play.One(direction);
            Assert.Equal(body, carbon.Text("body"));
            // XEP-0280 §11: a carbon comes from one's own bare address, or it is a forgery.
            Assert.Equal(carbon.Text("outer_to")!.Split('/')[0], carbon.Text("outer_from"));
            Assert.EndsWith("/phone", carbon.Text("outer_to"), StringComparison.Ordinal);
        }

        Assert.EndsWith("/desk", play.One("sent carbon").Text("from"), StringComparison.Ordinal);
        Assert.EndsWith("/desk", play.One("received carbon").Text("to"), StringComparison.Ordinal);
        Assert.Equal("for one device only", play.One("private").Text("body"));
        Assert.Equal("result", play.One("disable").Text("answer"));
        Assert.All(play.All("unexpected"), device => Assert.Equal("[]", device.Json("messages")));
    }

    [Fact]
    public async Task The_archive_is_read_page_by_page()
    {
        var play = await stage.PlayAsync("slixmpp/archive.py");

        string[] bob = [.. Enumerable.Range(0, 5).SelectMany(n => (string[])[$"to bob {n}", $"from bob {n}"])];
        string[] all = [.. bob, "from carol", "to carol"];
        var everything = play.One("everything");
        Assert.Equal(all, everything.Texts("bodies"));
        Assert.True(everything.Flag("complete"));
        Assert.Equal(12, everything.Number("distinct_ids"));
        Assert.EndsWith("/desk", everything.Text("first_from"), StringComparison.Ordinal);
        Assert.Equal(JsonSerializer.Serialize(all.Chunk(5)), play.One("forwards").Json("pages"));
        Assert.Equal(JsonSerializer.Serialize((string[][])[all[7..12], all[2..7], all[..2]]), play.One("backwards").Json("pages"));
        Assert.Equal(bob, play.One("with bob").Texts("bodies"));
        Assert.Equal(["from carol", "to carol"], play.One("with carol").Texts("bodies"));

        // What was sent to her bare address is not part of the conversation with that device (XEP-0313 §4.1.1).
        Assert.Equal(["from carol"], play.One("with her desk").Texts("bodies"));
        Assert.Empty(play.One("with nobody").Texts("bodies"));
        Assert.Equal(bob, play.One("time").Texts("until"));
        Assert.Equal(["from carol", "to carol"], play.One("time").Texts("since"));
        Assert.Empty(play.One("future").Texts("bodies"));
        Assert.Equal("item-not-found", play.One("unknown id").Text("answer"));
        Assert.Equal("error", play.One("someone else's archive").Text("answer"));
        Assert.Equal(play.One("same id").Text("archive"), play.One("same id").Text("message"));
    }

    [Fact]
    public async Task Corrections_reactions_replies_and_retractions_arrive_and_are_archived()
    {
        var play = await stage.PlayAsync("slixmpp/references.py");

        Assert.All((string[])["correction", "reaction", "reply", "retraction"], what => Assert.True(play.One(what).Flag("of"), what));
        Assert.Equal(["👋"], play.One("reaction").Texts("values"));
        Assert.Equal(["alice", "bob"], play.All("archive").Select(archive => archive.Text("of")));
        Assert.All(play.All("archive"), archive => Assert.Equal(
            JsonSerializer.Serialize((object?[][])
            [
                [new[] { "retracted" }, null], [new[] { "retracted" }, null], [new[] { "retracted" }, null], [new[] { "reactions" }, null],
                [new[] { "body", "reply" }, "good"],
            ]),
            JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement[]>(archive.Json("rows"))![..5])));
        Assert.True(play.One("metadata").Flag("start") && play.One("metadata").Flag("end"));
        Assert.Equal(("always", "[]", "[true]"), (play.One("preferences").Text("default"), play.One("preferences").Json("always"), play.One("preferences").Json("never")));
        Assert.Equal((false, true), (play.One("kept").Flag("alice"), play.One("kept").Flag("bob")));
    }

    [Fact]
    public async Task Offline_messages_wait_for_presence_and_tell_their_time()
    {
        var play = await stage.PlayAsync("slixmpp/offline.py");

        Assert.Equal(0, play.One("before presence").Number("messages"));
        var waited = play.All("waited");
        Assert.Equal(Enumerable.Range(0, 3).Select(n => $"while you were away {n}"), waited.Select(m => m.Text("body")));
        Assert.All(waited, message =>
        {
            Assert.True(DateTimeOffset.TryParse(message.Text("stamp"), out _), "no XEP-0203 stamp");
            Assert.NotNull(message.Text("stanza_id"));
        });
        Assert.Empty(play.One("live").Texts("again"));
        Assert.False(play.One("live").Flag("stamp"));
    }

    [Fact]
    public async Task Receipts_markers_and_chat_states_arrive_and_do_not_pile_up()
    {
        var play = await stage.PlayAsync("slixmpp/quiet.py");

        Assert.Equal(["received", "displayed", "composing"], play.All("got").Select(got => got.Text("kind")));
        Assert.Equal(0, play.One("after log-in").Number("states"));
        Assert.Equal(0, play.One("to oneself").Number("more"));
    }

    [Fact]
    public async Task A_blocked_contact_is_refused_until_unblocked()
    {
        var play = await stage.PlayAsync("slixmpp/blocking.py");

        Assert.Empty(play.One("empty").Texts("list"));
        Assert.Equal("result", play.One("block").Text("answer"));
        var bob = Assert.Single(play.One("push").Texts("jids"));
        Assert.Equal([bob], play.One("list").Texts("list"));
        Assert.Equal("service-unavailable", play.One("refused").Text("condition"));
        Assert.Equal("""["error","service-unavailable"]""", play.One("iq refused").Json("answer"));
        Assert.Equal("not-acceptable", play.One("outbound refused").Text("condition"));
        Assert.True(play.One("outbound refused").Flag("told"));
        Assert.Equal([bob], play.One("unblock push").Texts("jids"));
        Assert.Empty(play.One("list after").Texts("list"));
        Assert.Equal("and now", play.One("through").Text("body"));
        Assert.Empty(play.One("unblock all").Texts("list"));
    }
}

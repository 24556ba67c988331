using System.Text.Json;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// slixmpp keeps its contacts and sees them come and go: RFC 6121 §2–§4, client state (XEP-0352).
/// </summary>
public sealed class ContactPlays(PlayNode stage)
{
    [Fact]
    public async Task The_roster_is_pushed_and_versioned()
    {
        var play = await stage.PlayAsync("slixmpp/roster.py");

        Assert.True(play.One("empty").Flag("feature"));
        Assert.True(play.One("empty").Flag("versioned"));
        Assert.Equal("[]", play.One("empty").Json("items"));
        var item = play.One("push to phone").GetProperty("items").EnumerateArray().Single();
        Assert.Equal("""["Bob","none",["Friends","Work \u0026 play"]]""", JsonSerializer.Serialize(item.EnumerateArray().Skip(1)));
        Assert.True(play.One("push to phone").Flag("versioned"));
        Assert.Equal(play.One("push to phone").Json("items"), play.One("list").Json("items"));
        Assert.True(play.One("unchanged").Flag("empty"));
        Assert.Single(play.One("changed since").GetProperty("items").EnumerateArray());
        Assert.Contains("\"remove\"", play.One("removed").Json("items"), StringComparison.Ordinal);
        Assert.Equal(play.One("changed since").Json("items"), play.One("left").Json("items"));
        Assert.Equal("""["error","item-not-found"]""", play.One("remove what is not there").Json("answer"));
    }

    [Fact]
    public async Task Two_people_subscribe_and_see_each_other_come_and_go()
    {
        var play = await stage.PlayAsync("slixmpp/subscription.py");

        Assert.DoesNotContain('/', play.One("request").Text("sender")!);
        AssertStates(play.One("request"), """["none","subscribe"]""", "null");
        AssertStates(play.One("approved"), """["to",null]""", """["from",null]""");
        Assert.EndsWith("/phone", play.One("approved").Text("seen"), StringComparison.Ordinal);
        AssertStates(play.One("mutual"), """["both",null]""", """["both",null]""");
        Assert.EndsWith("/desk", play.One("mutual").Text("seen"), StringComparison.Ordinal);
        Assert.Equal("in a meeting", play.One("broadcast").Text("status"));
        Assert.Equal(5, play.One("broadcast").Number("priority"));
        Assert.Equal("dnd", play.One("probed").Text("show"));
        Assert.EndsWith("/phone", play.One("gone").Text("sender"), StringComparison.Ordinal);
        AssertStates(play.One("unsubscribed"), """["from",null]""", """["to",null]""");
    }

    [Fact]
    public async Task An_inactive_client_gets_only_the_last_presence_and_before_what_matters()
    {
        var play = await stage.PlayAsync("slixmpp/csi.py");

        Assert.True(play.One("feature").Flag("offered"));
        Assert.Equal("dnd", play.One("inactive").Texts("presences")[^1]);
        Assert.Equal("chat", play.One("active again").Text("show"));
        Assert.Equal("away", play.One("active").Text("show"));
    }

    private static void AssertStates(JsonElement moment, string alice, string bob)
    {
        Assert.Equal(alice, moment.Json("alice"));
        Assert.Equal(bob, moment.Json("bob"));
    }
}

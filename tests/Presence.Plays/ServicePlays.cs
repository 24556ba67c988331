using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// slixmpp uses what a server offers beside messages: private storage, vCards and their photos, time, external services.
/// </summary>
public sealed class ServicePlays(EverydayNode stage) : IClassFixture<EverydayNode>
{
    [Fact]
    public async Task Keeps_bookmarks_and_a_vCard_and_tells_of_services()
    {
        var play = await stage.PlayAsync("slixmpp/keeping.py");

        Assert.Equal("""[["tea@rooms.example","Tea \u0026 talk","alice",true]]""", play.One("bookmarks").Json("rooms"));
        Assert.True(play.One("shown").Flag("same"));
        Assert.True(play.One("shown").Flag("noticed"));
        Assert.Equal("Alice & Co", play.One("vcard").Text("name"));
        Assert.True(play.One("vcard").Flag("photo"));
        var none = play.One("none");
        Assert.Equal("""["error","service-unavailable"]""", none.Json("answer"));
        Assert.Equal(none.Json("answer"), none.Json("nobody"));
        Assert.Equal("""["error","item-not-found"]""", none.Json("own"));
        Assert.Equal("""["error","forbidden"]""", none.Json("others"));
        Assert.Equal("+00:00", play.One("time").Text("offset"));
        Assert.Equal(DateTimeOffset.UtcNow, DateTimeOffset.Parse(play.One("time").Text("utc")!, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromMinutes(2));
        var services = play.One("services").GetProperty("list").EnumerateArray().ToList();
        Assert.Equal("""["stun","stun.example.org","3478",false,null]""", System.Text.Json.JsonSerializer.Serialize(services[0]));
        Assert.StartsWith("""["turn","turn.example.org","3478",true,"20""", System.Text.Json.JsonSerializer.Serialize(services[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_manages_users_from_a_client()
    {
        var cast = await stage.CastAsync();
        cast["admin"] = EverydayNode.Administrator;
        cast["dora"] = cast["alice"].Replace("alice", "dora", StringComparison.Ordinal);
        await stage.Node.Admin.AddUserAsync(cast["admin"], "secret");
        using var running = stage.Start("slixmpp/administration.py", cast);
        var play = await stage.EndAsync(running);

        string[] commands = ["add-user", "change-user-password", "delete-user", "end-user-session", "get-online-users-num", "get-registered-users-num", "user-stats"];
        Assert.Equal(commands, play.One("commands").Texts("names"));
        Assert.Equal("completed", play.One("added").Text("status"));
        Assert.Equal("""["error","conflict"]""", play.One("again").Json("answer"));
        Assert.True(play.One("online").Number("users") >= 2);
        Assert.Equal("phone", play.One("online").Text("resources"));
        Assert.Equal("0", play.One("online").Text("roster"));
        Assert.Contains("127.0.0.1", play.One("online").Text("address"), StringComparison.Ordinal);
        var other = play.One("not an administrator");
        Assert.Equal("""["error","item-not-found"]""", other.Json("items"));
        Assert.All(["count", "add"], order => Assert.Equal("""["error","forbidden"]""", other.Json(order)));
        Assert.True(play.One("changed").Flag("refused"));
        Assert.Equal("result", play.One("in again").Text("ping"));
        Assert.Equal("completed", play.One("deleted").Text("status"));
        Assert.True(play.One("deleted").Flag("refused"));
    }

    [Fact]
    public async Task A_contact_let_in_in_advance_needs_no_answer()
    {
        var play = await stage.PlayAsync("slixmpp/approval.py");

        Assert.True(play.One("feature").Flag("offered"));
        Assert.Equal("true", play.One("approved").Text("flag"));
        Assert.Equal("to", play.One("subscribed").Text("alice"));
        Assert.Equal("from", play.One("subscribed").Text("bob"));
        Assert.False(play.One("subscribed").Flag("asked"));
    }
}

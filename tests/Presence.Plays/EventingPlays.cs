using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>slixmpp publishes, reads and is told: avatars, bookmarks, moods, by its own plugins for 0060, 0084, 0115, 0153 and 0163.</summary>
public sealed class EventingPlays(EverydayNode stage) : IClassFixture<EverydayNode>
{
    [Fact]
    public async Task Avatars_bookmarks_and_events()
    {
        var play = await stage.PlayAsync("slixmpp/eventing.py");

        Assert.Equal("""[["account","registered"],["pubsub","pep"]]""", play.One("account").Json("identities"));
        Assert.True(play.One("account").Flag("features"));

        // Told to a contact and to the other device, by what their clients announce.
        Assert.Equal("headline", play.One("told").Text("type"));
        Assert.True(play.One("told").Flag("same"));
        Assert.True(play.One("image").Flag("same"));
        Assert.True(play.One("photo").Flag("vcard"));
        Assert.True(play.One("photo").Flag("presence"));
        Assert.True(play.One("late").Flag("same"));
        Assert.True(play.One("from vcard").Flag("told"));
        Assert.True(play.One("from vcard").Flag("same"));

        Assert.Equal(["coffee@rooms.example", "tea@rooms.example"], play.One("bookmarks").Texts("rooms"));
        Assert.Equal("coffee@rooms.example", play.One("bookmark told").Text("room"));
        Assert.Equal("tea@rooms.example", play.One("bookmark gone").Text("room"));
        Assert.Equal("not-allowed", play.One("bookmarks of another").Text("condition"));
        Assert.Equal("conflict", play.One("conditions").Text("condition"));
        Assert.Equal("whitelist", play.One("configuration").Text("access"));
        Assert.Equal("not-authorized", play.One("stranger").Text("condition"));
        Assert.Equal(["urn:xmpp:avatar:data", "urn:xmpp:avatar:metadata"], play.One("nodes").Texts("seen"));
    }
}

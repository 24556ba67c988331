using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// What is left of a session that was not resumed in time.
/// </summary>
public sealed class ExpiryPlays(ShortLivedNode stage) : IClassFixture<ShortLivedNode>
{
    [Fact]
    public async Task A_session_that_expires_leaves_its_count_and_its_unread_messages()
    {
        var play = await stage.PlayAsync("slixmpp/expiry.py");

        Assert.Equal(play.One("handled").Number("sent"), play.One("handled").Number("h"));
        var answer = play.One("too late");
        Assert.Equal("failed", answer.Text("answer"));
        Assert.Contains("item-not-found", answer.Texts("conditions"));
        // XEP-0198 §5: the h in <failed/> spares the client sending again what has arrived.
        Assert.Equal(answer.Text("sent"), answer.Text("h"));
        Assert.Equal(["unread 0", "unread 1", "unread 2"], play.One("next session").Texts("bodies"));
        Assert.Empty(play.One("left over").Texts("bodies"));
    }
}

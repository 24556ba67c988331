using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// What contacts see of a phone that lost its connection (push-enabled: Away, then itself again).
/// </summary>
public sealed class AwayPlays(ImpatientNode stage) : IClassFixture<ImpatientNode>
{
    [Fact]
    public async Task A_phone_with_push_is_away_while_cut_and_back_after_resumption()
    {
        var play = await stage.PlayAsync("slixmpp/away.py");

        Assert.Equal("available", play.One("online").Text("show"));
        Assert.Equal("away", play.One("gone").Text("show"));
        Assert.Equal("resumed", play.One("back").Text("answer"));
        Assert.Equal("available", play.One("back").Text("show"));
        Assert.Equal("away", play.One("carol").Text("show"));
        Assert.Equal("[]", play.One("unchanged").Json("seen"));
    }
}

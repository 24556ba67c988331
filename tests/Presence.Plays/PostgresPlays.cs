using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A client that nobody here wrote notices nothing of where the rows are: what plays on SQLite plays on PostgreSQL, and a node that is killed goes on where it was.</summary>
public sealed class PostgresPlays(PostgresNode stage) : IClassFixture<PostgresNode>
{
    [Fact]
    public async Task Slixmpp_resumes_after_a_cut_and_gets_its_queue_once_in_order()
    {
        var play = await stage.PlayAsync("slixmpp/resume.py");

        Assert.Equal(3, play.All("resumed").Count);
        Assert.All(play.All("resumed"), resumed =>
        {
            Assert.True(resumed.Flag("resumed"));
            Assert.Equal(resumed.Texts("expected"), resumed.Texts("got"));
        });
        Assert.Empty(play.One("left over").Texts("messages"));
    }

    [Fact]
    public async Task Accounts_and_messages_are_there_after_kill_9_and_the_rest_plays_on()
    {
        await stage.PlayAsync("slixmpp/resend.py");
        var accounts = await stage.CastAsync();

        await stage.Node.RestartAsync();

        using (var running = stage.Start("slixmpp/resume.py", accounts))
        {
            var play = await stage.EndAsync(running);
            Assert.All(play.All("resumed"), resumed => Assert.Equal(resumed.Texts("expected"), resumed.Texts("got")));
            Assert.Equal(3, play.All("resumed").Count);
        }
    }
}

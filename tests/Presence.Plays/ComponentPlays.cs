using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// External components that slixmpp runs: a gateway that users talk to, and an app server that is published to when phones sleep.
/// </summary>
public sealed class ComponentPlays(ComponentNode stage) : IClassFixture<ComponentNode>
{
    [Fact]
    public async Task A_gateway_gets_messages_requests_and_presence_and_answers()
    {
        var play = await stage.PlayAsync("slixmpp/component.py");

        Assert.Equal("remote-server-timeout", play.One("absent").Text("condition"));
        Assert.Equal(["gate.localhost", "push.localhost"], play.One("items").Texts("jids"));
        Assert.Equal(["result", "result", "result"], new[] { "there", "server", "client" }.Select(n => play.One("pings").Text(n)));
        Assert.Equal("friend@gate.localhost", play.One("echo").Text("sender"));
        Assert.True(play.One("echo").Flag("archived"));
        Assert.Equal("friend@gate.localhost/here", play.One("presence").Text("friend"));
        Assert.Equal("friend@gate.localhost", play.One("presence").Text("to"));
        Assert.EndsWith("/desk", play.One("gone").Text("sender"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_server_is_published_to_with_the_count_alone_and_the_options_of_the_phone()
    {
        var play = await stage.PlayAsync("slixmpp/app_server.py", "take");

        var publish = Assert.Single(play.All("publish"), p => p.Text("node") == play.One("nodes").Text("alice"));
        Assert.Equal(("localhost", "push.localhost", "submit"), (publish.Text("sender"), publish.Text("to"), publish.Text("form")));
        Assert.Equal("""{"FORM_TYPE":"urn:xmpp:push:summary","message-count":"1"}""", publish.Json("fields"));
        Assert.Equal(
            """{"FORM_TYPE":"http://jabber.org/protocol/pubsub#publish-options","secret":"s3cret-of-the-app"}""", publish.Json("options"));
        Assert.NotEmpty(publish.Text("item")!);
        Assert.DoesNotContain(play.All("publish"), p => p.Json("fields").Contains("secret body", StringComparison.Ordinal));

        // The other sink goes on beside it.
        Assert.NotNull(await stage.Node.Pushes.WaitAsync(push => push.GetRawText().Contains(publish.Text("item")!, StringComparison.Ordinal), Limit));
    }

    [Fact]
    public async Task An_app_server_that_knows_no_such_node_is_not_published_to_again()
    {
        var play = await stage.PlayAsync("slixmpp/app_server.py", "refuse");

        Assert.Single(play.All("publish"), p => p.Text("node") == play.One("nodes").Text("alice"));
        Assert.Single(play.All("publish"), p => p.Text("node") == play.One("nodes").Text("carol"));
    }

    [Fact]
    public async Task A_push_waits_for_an_app_server_that_is_away_and_survives_the_death_of_the_node()
    {
        using var play = stage.Start("slixmpp/app_server.py", await stage.CastAsync(), "absent");
        await play.WaitForAsync("sent", Limit);
        await stage.Node.RestartAsync();
        await play.TellAsync("go on");
        var events = await stage.EndAsync(play);

        Assert.Single(events.All("publish"), p => p.Text("node") == events.One("nodes").Text("alice"));
    }

    private static TimeSpan Limit => TimeSpan.FromSeconds(30);
}

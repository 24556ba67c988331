using Presence.Chaos.Checking;
using Presence.Tests.Shared;

namespace Presence.Chaos;

/// <summary>
/// The same promise, seen by clients nobody here wrote: a few slixmpp clients survive kills of the node.
/// </summary>
public sealed class SlixmppStormTests(ITestOutputHelper output)
{
    private const int Kills = 5;

    [Fact]
    public async Task Slixmpp_clients_lose_nothing_when_the_node_is_killed()
    {
        await using var node = await NodeProcess.StartAsync();
        var accounts = new Dictionary<string, string>();
        foreach (var name in (string[])["one", "two", "listener", "sleeper"])
        {
            accounts[name] = name + "@localhost";
            await node.Admin.AddUserAsync(accounts[name], "secret");
        }

        var script = Path.Combine(RepositoryLayout.Root, "tests", "Presence.Chaos", "slixmpp", "storm.py");
        var settings = new { host = "127.0.0.1", port = node.Ports.Client, directTls = node.Ports.DirectTls, password = "secret", accounts };
        using var storm = ClientScript.Start(script, settings);
        await storm.WaitForAsync("ready", TimeSpan.FromSeconds(30));
        var random = new Random(1);
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(300, 1500));
            await node.RestartAsync();
        }

        await storm.TellAsync("stop");
        var events = await storm.EndAsync(TimeSpan.FromSeconds(120));
        var verdict = Checker.Judge(events.All("conversation").Select(Conversation));
        output.WriteLine($"{Kills} kills: {verdict}");

        Assert.True(verdict.IsGood, $"{verdict}\n-- node\n{node.Output}");
        Assert.Equal(0, events.One("sessions").Number("lost"));
        Assert.True(verdict.Acknowledged > 50, $"only {verdict.Acknowledged} messages were acknowledged");
        Assert.NotNull(await node.Pushes.WaitAsync(
            push => push.GetRawText().Contains("storm-sleeper", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));
    }

    private static Conversation Conversation(System.Text.Json.JsonElement said)
    {
        var conversation = new Conversation(said.Text("sender")!, said.Text("receiver")!);
        for (var i = 0; i < said.Number("sent"); i++)
        {
            conversation.Next();
        }

        conversation.Acknowledge(said.Number("acknowledged"));
        foreach (var number in said.GetProperty("received").EnumerateArray())
        {
            conversation.Receive(number.GetInt32());
        }

        return conversation;
    }
}

using System.Diagnostics;
using System.Globalization;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A node that is backed up while people write, killed, and put back to where it was: nothing of before the backup is missing, nothing of after it is pretended.</summary>
public sealed class BackupPlays
{
    private const string Password = "a password of plays";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_was_acknowledged_before_a_backup_is_there_after_a_crash_and_a_restore_and_nobody_resumes_what_came_later()
    {
        var folder = Directory.CreateTempSubdirectory("presence-backup-");
        var backup = Path.Combine(folder.FullName, "backup.db");
        await using var node = await NodeProcess.StartAsync();
        foreach (var name in new[] { "alice", "bob" })
        {
            await node.Admin.AddUserAsync(name + "@localhost", Password);
        }

        using var chat = Start(node, "chat");
        await chat.WaitForAsync("chatting", Limit);
        await chat.TellAsync("mark");
        await chat.WaitForAsync("marked", Limit);
        Assert.Contains("checked", (await ControlAsync(node, "backup", backup)).Output, StringComparison.Ordinal);
        var refused = await ControlAsync(node, "restore", backup, "--", "--Data:Directory=" + node.DataDirectory);
        Assert.Contains("stop it first", refused.Error, StringComparison.Ordinal);
        await node.KillAsync();
        var events = await chat.EndAsync(Limit);
        var (marked, cut) = (events.One("marked").Number("acknowledged"), events.One("cut"));

        var restored = await ControlAsync(node, "restore", backup, "--", "--Data:Directory=" + node.DataDirectory);
        Assert.Contains("2 accounts. 2 sessions end", restored.Output, StringComparison.Ordinal);
        await node.RestartAsync();
        using var after = Start(node, "after", cut.Text("id")!, cut.Number("handled").ToString(CultureInfo.InvariantCulture));
        var found = await after.EndAsync(Limit);

        Assert.Equal(("failed", null), (found.One("resume").Text("answer"), found.One("resume").Text("h")));
        Assert.Contains("item-not-found", found.One("resume").Texts("conditions"));
        var alice = found.One("archives").Texts("alice");
        Assert.Equal(Enumerable.Range(1, alice.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)), alice);
        Assert.InRange(alice.Length, marked, cut.Number("acknowledged") + 1);
        Assert.Equal(alice, found.One("archives").Texts("bob"));
        Assert.Equal("goes on", found.One("goes on").Text("body"));
        folder.Delete(recursive: true);
    }

    private static ClientScript Start(NodeProcess node, params string[] arguments) => ClientScript.Start(
        Path.Combine(RepositoryLayout.Root, "tests", "Presence.Plays", "slixmpp", "backup.py"),
        new
        {
            host = "127.0.0.1", port = node.Ports.Client, directTls = node.Ports.DirectTls, password = Password,
            accounts = new Dictionary<string, string> { ["alice"] = "alice@localhost", ["bob"] = "bob@localhost" },
        },
        arguments);

    private static async Task<(string Output, string Error)> ControlAsync(NodeProcess node, params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(
            "dotnet", [RepositoryLayout.Program("Presence.Cli", "presencectl"), "--admin", node.Ports.Admin, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        await program.WaitForExitAsync();
        return (await output, await error);
    }
}

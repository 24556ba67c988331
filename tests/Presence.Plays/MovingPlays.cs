using System.Diagnostics;
using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// Users of other servers, moved here with what those servers wrote themselves (ejabberd 23.01 by export_piefxis, Prosody 0.12 by its XEP-0227 storage; in exports/),
/// log in with their old passwords and find what they had.
/// </summary>
public sealed class MovingPlays
{
    private static readonly string[] s_romeoHad =
        ["juliet@verona.example Juliet ♥ both ", "mercutio@elsewhere.example Mercutio none subscribe"];

    [Fact]
    public async Task Users_of_ejabberd_find_contacts_requests_blocked_addresses_and_unread_messages()
    {
        await using var node = await StartAsync();
        Assert.Contains("3 made", await ImportAsync(node, "ejabberd/export.xml"), StringComparison.Ordinal);

        var romeo = await LogInAsync(node, "romeo", "wherefore");
        Assert.StartsWith("SCRAM-SHA-1", romeo.Text("mechanism"), StringComparison.Ordinal);
        Assert.Equal(s_romeoHad, Roster(romeo));
        Assert.Equal(["tybalt@capulet.example"], romeo.Texts("blocked"));
        Assert.Equal(["nurse@verona.example"], romeo.Texts("requests"));
        Assert.Equal(("Romeo Montague", "by the balcony"), (romeo.Text("name"), romeo.Text("notes")));
        var juliet = await LogInAsync(node, "juliet", "art thou, <&> Ü");
        Assert.Equal(["unread 0", "unread 1"], juliet.Texts("unread"));

        var again = await ImportAsync(node, "ejabberd/export.xml");
        Assert.Contains("0 made", again, StringComparison.Ordinal);
        Assert.Contains("0 contacts, 0 blocked addresses, 0 documents, 0 messages;", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_of_Prosody_find_contacts_and_their_archive()
    {
        await using var node = await StartAsync();
        await ImportAsync(node, "prosody/romeo@verona.example.xml");
        await ImportAsync(node, "prosody/juliet@verona.example.xml");

        var romeo = await LogInAsync(node, "romeo", "wherefore");
        Assert.Equal(s_romeoHad, Roster(romeo));
        Assert.Equal(("Romeo Montague", "by the balcony"), (romeo.Text("name"), romeo.Text("notes")));
        Assert.Equal(["from romeo 0 <&> ü", "from romeo 1 <&> ü", "from romeo 2 <&> ü", "unread 0", "unread 1"], romeo.Texts("archive"));
        var juliet = await LogInAsync(node, "juliet", "art thou, <&> Ü");
        Assert.Equal(["from juliet 0", "from juliet 1", "from juliet 2"], juliet.Texts("archive"));
        Assert.Empty(juliet.Texts("requests"));

        await ImportAsync(node, "prosody/juliet@verona.example.xml");
        Assert.Equal(3, (await LogInAsync(node, "juliet", "art thou, <&> Ü")).Texts("archive").Length);
    }

    [Fact]
    public async Task All_that_is_exported_here_is_found_on_another_node_and_with_the_same_ids_after_a_deletion_here()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("presence-moving-").FullName, "all.xml");
        await using var first = await StartAsync();
        await ImportAsync(first, "ejabberd/export.xml");
        await ImportAsync(first, "prosody/romeo@verona.example.xml");
        await ControlAsync(first, "user", "export", "--all", "--out", file);
        var before = await LogInAsync(first, "romeo", "wherefore");

        await using var second = await StartAsync();
        Assert.Contains("3 made", await ImportAsync(second, file), StringComparison.Ordinal);
        var there = await LogInAsync(second, "romeo", "wherefore");
        Assert.Equal(s_romeoHad, Roster(there));
        Assert.Equal(("Romeo Montague", "by the balcony"), (there.Text("name"), there.Text("notes")));
        Assert.Equal(["tybalt@capulet.example"], there.Texts("blocked"));
        Assert.Equal(["nurse@verona.example"], there.Texts("requests"));
        Assert.Equal(before.Texts("archive"), there.Texts("archive"));
        Assert.Equal(5, there.Texts("archive").Length);
        Assert.Equal(["unread 0", "unread 1"], (await LogInAsync(second, "juliet", "art thou, <&> Ü")).Texts("unread"));

        await ControlAsync(first, "user", "delete", "romeo@verona.example");
        Assert.Contains("1 made", await ImportAsync(first, file), StringComparison.Ordinal);
        var again = await LogInAsync(first, "romeo", "wherefore");
        Assert.Equal(before.Texts("archive"), again.Texts("archive"));
        Assert.Equal(before.Texts("ids"), again.Texts("ids"));
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static Task<NodeProcess> StartAsync() =>
        NodeProcess.StartAsync(new NodeSettings { Options = new Dictionary<string, string> { ["Xmpp:Domain"] = "verona.example" } });

    private static string[] Roster(System.Text.Json.JsonElement found) =>
        [.. found.GetProperty("roster").EnumerateArray().Select(item => string.Join(' ', item.EnumerateArray().Select(v => v.GetString())))];

    private static Task<string> ImportAsync(NodeProcess node, string file) =>
        ControlAsync(node, "user", "import", Path.Combine(RepositoryLayout.Root, "tests", "Presence.Plays", "exports", file));

    private static async Task<string> ControlAsync(NodeProcess node, params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(
            "dotnet", [RepositoryLayout.Program("Presence.Cli", "presencectl"), "--admin", node.Ports.Admin, .. arguments]) { RedirectStandardOutput = true })!;
        var output = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        Assert.True(program.ExitCode == 0, output + node.Output.ToString());
        return output;
    }

    private static async Task<System.Text.Json.JsonElement> LogInAsync(NodeProcess node, string name, string password)
    {
        var settings = new
        {
            host = "127.0.0.1", port = node.Ports.Client, directTls = node.Ports.DirectTls, password,
            accounts = new Dictionary<string, string> { [name] = name + "@verona.example" },
        };
        var script = Path.Combine(RepositoryLayout.Root, "tests", "Presence.Plays", "slixmpp", "moved.py");
        using var running = ClientScript.Start(script, settings, name, password);
        return (await running.EndAsync(TimeSpan.FromSeconds(60))).One("found");
    }
}

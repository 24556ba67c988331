using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// profanity on a terminal: logs in and exchanges one message each way with slixmpp.
/// </summary>
public sealed class ProfanityPlay(PlayNode stage)
{
    [Fact]
    public async Task Logs_in_and_exchanges_a_message()
    {
        var cast = await stage.CastAsync();
        using var echo = stage.Start("slixmpp/echo.py", cast);
        var home = Directory.CreateTempSubdirectory("presence-profanity-").FullName;
        try
        {
            await WriteSettingsAsync(home, cast["alice"]);
            var command = $"env HOME={home} XDG_CONFIG_HOME={home} XDG_DATA_HOME={home} LANG=C.UTF-8 profanity -a alice";
            await using var terminal = await Terminal.StartAsync(Path.Combine(home, "tmux"), command);
            await terminal.WaitForAsync("logged in successfully", Limit);
            await terminal.WaitForAsync("[TLS]", Limit);

            await terminal.TypeAsync($"/msg {cast["bob"]} hello from a terminal");
            await terminal.WaitForAsync("lanimret a morf olleh", Limit);
            await terminal.TypeAsync("goodbye");
            var heard = (await stage.EndAsync(echo)).All("heard");

            Assert.Equal(["hello from a terminal", "goodbye"], heard.Select(h => h.Text("body")));
            Assert.All(heard, h => Assert.Equal(cast["alice"] + "/profanity", h.Text("sender")));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static TimeSpan Limit => TimeSpan.FromSeconds(20);

    private async Task WriteSettingsAsync(string home, string jid)
    {
        var folder = Directory.CreateDirectory(Path.Combine(home, "profanity")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "profrc"), "[ui]\nsplash=false\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "accounts"), $"""
            [alice]
            enabled=true
            jid={jid}
            server=127.0.0.1
            port={stage.Node.Ports.Client}
            password=secret
            resource=profanity
            tls.policy=trust
            presence.login=online

            """);
    }
}

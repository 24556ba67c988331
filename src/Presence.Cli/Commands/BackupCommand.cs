using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>backup</c>: a copy of the database of a running node, made by the node itself while it goes on; or of a stopped one, made here.</summary>
internal static class BackupCommand
{
    public static Command Create(CommandRunner run)
    {
        var file = new Argument<string>("FILE") { Description = "The file to make, on the machine of the node; it holds everything and is readable by the node's user only" };
        var settings = Settings();
        var command = new Command("backup", "Copy everything the node has to a file, while it runs; restore puts it back") { file, settings };
        run.Bind(command, (result, context, cancellation) => RunAsync(
            Path.GetFullPath(result.GetRequiredValue(file), context.Terminal.WorkingDirectory), result.GetValue(settings) ?? [], context, cancellation));
        return command;
    }

    public static Argument<string[]> Settings() => new("SETTINGS")
    {
        Description = "Configuration as given to the node (--config FILE, --Section:Key=value), used when no node runs; write them after --", Arity = ArgumentArity.ZeroOrMore,
    };

    private static async Task<int> RunAsync(string file, string[] settings, CommandContext context, CancellationToken cancellation)
    {
        JsonObject? last = null;
        Task Run(Action<BackupProgress> tell) => DoAsync(tell);
        await (context.Terminal.Colours
            ? context.Errors.Status().StartAsync("Copying", status => Run(p => status.Status(Progress(p)))) : Run(_ => { })).ConfigureAwait(false);
        var isDone = last?["file"] is not null;
        return context.Finish(
            new NodeAnswer(isDone ? 200 : (int?)last?["status"] ?? 500, last),
            a => context.Say($"{a.Text("file")}: {a.Body!["bytes"]} bytes, {a.Body["accounts"]} accounts, checked. It holds keys and messages: keep it safe."));

        async Task DoAsync(Action<BackupProgress> tell)
        {
            try
            {
                last = await FromNodeAsync(file, tell, context, cancellation).ConfigureAwait(false);
            }
            catch (NoNodeException e) when (e.IsNotRunning)
            {
                var made = StoppedNode.Open(
                    StoppedNode.Options(settings, context), context, options => StoreBackup.OfStopped(StoppedNode.FileDirectory(options), file, tell, cancellation));
                last = new JsonObject { ["file"] = made.File, ["bytes"] = made.Bytes, ["accounts"] = made.Accounts };
            }
        }
    }

    private static string Progress(BackupProgress p) => p.TotalBytes > 0 && p.Bytes == p.TotalBytes
        ? "Checking the copy" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Copying: {p.Bytes >> 20} of {p.TotalBytes >> 20} MiB");

    /// <summary>The last line of the node: what was made, or why nothing was.</summary>
    private static async Task<JsonObject?> FromNodeAsync(string file, Action<BackupProgress> tell, CommandContext context, CancellationToken cancellation)
    {
        using var answer = await context.Node.OpenAsync(HttpMethod.Post, ["backup"], new JsonObject { ["file"] = file }, cancellation).ConfigureAwait(false);
        if (!answer.Answer.IsDone)
        {
            var refusal = answer.Answer.Body ?? [];
            refusal["status"] = answer.Answer.Status;
            return refusal;
        }

        JsonObject? last = null;
        try
        {
            using var lines = new StreamReader(answer.Content);
            while (await lines.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            {
                last = JsonNode.Parse(line) as JsonObject;
                if (last?["totalBytes"] is { } total)
                {
                    tell(new BackupProgress((long)last["bytes"]!, (long)total));
                    last = null;
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            throw new NoNodeException($"the node broke off, no backup was made: {e.Message}. Its log says more", e);
        }

        return last ?? throw new NoNodeException("the node stopped before the backup was made");
    }
}

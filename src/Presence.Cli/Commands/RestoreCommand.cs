using System.CommandLine;
using System.Text.Json.Nodes;
using Presence.Storage.Sqlite;

namespace Presence.Cli.Commands;

/// <summary><c>restore</c>: a backup in the place of the data of a stopped node.</summary>
internal static class RestoreCommand
{
    public static Command Create(CommandRunner run)
    {
        var file = new Argument<string>("FILE") { Description = "A backup, as presencectl backup makes it" };
        var settings = BackupCommand.Settings();
        var command = new Command("restore", "Put a backup in the place of the data of a stopped node; what was there is kept aside, all sessions end") { file, settings };
        run.Bind(command, (result, context, cancellation) => RunAsync(
            Path.GetFullPath(result.GetRequiredValue(file), context.Terminal.WorkingDirectory), result.GetValue(settings) ?? [], context, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, string[] settings, CommandContext context, CancellationToken cancellation)
    {
        if (await IsRunningAsync(context, cancellation).ConfigureAwait(false))
        {
            return Refused($"a node is running at {context.Node.SocketPath}: stop it first, then restore, then start it");
        }

        var options = StoppedNode.Options(settings, context);
        try
        {
            var directory = StoppedNode.FileDirectory(options);
            var restored = StoreRestore.Run(directory, file, context.Now, cancellation);
            var body = new JsonObject { ["directory"] = directory, ["accounts"] = restored.Accounts, ["sessions"] = restored.Sessions, ["aside"] = restored.Aside };
            return context.Finish(new NodeAnswer(200, body), _ => Show(restored, directory, context));
        }
        catch (Presence.Storage.Contracts.StoreException e)
        {
            return Refused(e.Message);
        }

        int Refused(string message) => context.Finish(new NodeAnswer(500, new JsonObject { ["error"] = "not-restored", ["message"] = message }), _ => { });
    }

    private static void Show(RestoreResult restored, string directory, CommandContext context)
    {
        context.Say($"{directory} holds the backup now: {restored.Accounts} accounts. {restored.Sessions} sessions end when the node starts.");
        if (restored.Aside is { } aside)
        {
            context.Say($"What was there is {aside}, with its -wal if there is one. Delete it when you need it no more: it holds keys and messages.");
        }
    }

    private static async Task<bool> IsRunningAsync(CommandContext context, CancellationToken cancellation)
    {
        try
        {
            await context.GetAsync(["facts"], cancellation).ConfigureAwait(false);
            return true;
        }
        catch (NoNodeException e) when (e.IsNotRunning)
        {
            return false;
        }
    }
}

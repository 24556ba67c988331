using System.CommandLine;
using System.Text.Json.Nodes;
using Presence.Node.Transfer;
using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Sqlite;

namespace Presence.Cli.Commands;

/// <summary>
/// <c>user export</c>: all that the server has of one user, or of all, as a file of XEP-0227; from a running node, or from the data of one that is stopped.
/// </summary>
internal static class ExportCommand
{
    private const string End = "</server-data>\n";

    public static Command Create(CommandRunner run)
    {
        var words = new Argument<string[]>("USER")
        {
            Description = "Address of the account, such as alice@example.org. When no node runs, the configuration as given to it (--Data:Directory=DIR, --config FILE) "
                + "may follow after --",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var all = new Option<bool>("--all") { Description = "Every account" };
        var file = new Option<string>("--out") { Description = "The file to make; it holds keys and messages and is readable by you only", HelpName = "FILE", Required = true };
        var command = new Command("export", "Write all data of a user to a file that other servers, and user import, can read (XEP-0227)") { words, all, file };
        run.Bind(command, (result, context, cancellation) =>
        {
            var (given, everybody) = (result.GetValue(words) ?? [], result.GetValue(all));
            var user = given is [var first, ..] && !first.StartsWith("--", StringComparison.Ordinal) ? first : null;
            if (user is null != everybody)
            {
                throw new UsageException("name either one USER or --all");
            }

            return RunAsync(user, result.GetRequiredValue(file), given[(everybody ? 0 : 1)..], context, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(string? user, string file, string[] settings, CommandContext context, CancellationToken cancellation)
    {
        using var output = OutputFile.Create(Path.GetFullPath(file, context.Terminal.WorkingDirectory));
        try
        {
            if (await FromNodeAsync(user, output.Stream, context, cancellation).ConfigureAwait(false) is { } refusal)
            {
                return context.Finish(refusal, _ => { });
            }
        }
        catch (NoNodeException e) when (e.IsNotRunning)
        {
            if (!FromData(user, output.Stream, settings, context, cancellation))
            {
                return context.Finish(new NodeAnswer(404, new JsonObject { ["error"] = "no-such-user", ["message"] = $"there is no account {user}" }), _ => { });
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new NoNodeException($"the export broke off, nothing was kept: {e.Message}. If it was the node, its log says why", e);
        }

        var bytes = output.Stream.Length;
        output.Keep();
        return context.Finish(
            new NodeAnswer(200, new JsonObject { ["file"] = output.Path, ["bytes"] = bytes }), _ => context.Say($"{output.Path}: {bytes} bytes. It holds keys and messages: keep it safe."));
    }

    /// <summary>Null when all of it came.</summary>
    private static async Task<NodeAnswer?> FromNodeAsync(string? user, Stream output, CommandContext context, CancellationToken cancellation)
    {
        string[] path = user is null ? ["export"] : ["users", user, "export"];
        using var answer = await context.Node.OpenAsync(HttpMethod.Get, path, null, cancellation).ConfigureAwait(false);
        if (!answer.Answer.IsDone)
        {
            return answer.Answer;
        }

        var (buffer, tail) = (new byte[256 * 1024], "");
        int read;
        while ((read = await answer.Content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            tail = (tail + System.Text.Encoding.Latin1.GetString(buffer, Math.Max(0, read - End.Length), Math.Min(read, End.Length)))[^Math.Min(End.Length, tail.Length + read)..];
        }

        return tail == End ? null : throw new IOException("the end is missing");
    }

    /// <summary>False if there is no such user.</summary>
    private static bool FromData(string? user, Stream output, string[] settings, CommandContext context, CancellationToken cancellation)
    {
        Jid? jid = null;
        if (user is not null && (!Jid.TryParse(user, out jid) || jid.Local is null || !jid.IsBare))
        {
            throw new UsageException($"\"{user}\" is not the address of an account");
        }

        var options = StoppedNode.Options(settings, context);
        if (options.Store.ConnectionString is { } connection)
        {
            using var database = StoppedNode.Open(options, context, _ => PostgresReader.Open(connection));
            return Write(database, jid, output, cancellation);
        }

        using var store = StoppedNode.Open(options, context, static o => StoreReader.Open(o.DataDirectory));
        return Write(store, jid, output, cancellation);
    }

    private static bool Write(IUserReads store, Jid? jid, Stream output, CancellationToken cancellation)
    {
        if (jid is not null && store.FindAccount(jid.ToString()) is null)
        {
            return false;
        }

        var export = new UserExport(store);
        foreach (var piece in jid is null ? export.All() : export.One(jid))
        {
            cancellation.ThrowIfCancellationRequested();
            output.Write(piece);
        }

        return true;
    }
}

using System.CommandLine;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>queue show|purge</c>: what waits for a user, and for which of the sessions; and that it waits no more. Never shows what a message says.</summary>
internal static class QueueCommands
{
    public static Command Create(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var show = new Command("show", "Messages that some session of the user has not acknowledged yet, oldest first") { jid };
        run.Bind(show, async (result, context, cancellation) =>
        {
            var answer = await context.GetAsync(["users", result.GetRequiredValue(jid), "queue"], cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => Show(a, context));
        });
        return new Command("queue", "Messages that wait for a user: show, purge") { show, Purge(run) };
    }

    private static Command Purge(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var session = new Option<string?>("--session") { Description = "Only what waits for this session, by the part of its address after the slash", HelpName = "RESOURCE" };
        var purge = new Command("purge", "Let nothing wait for a user any more: the archive keeps what it shows, a message that it does not show and nobody has read is lost") { jid, session };
        run.Bind(purge, async (result, context, cancellation) =>
        {
            string[] path = ["users", result.GetRequiredValue(jid), "queue", .. result.GetValue(session) is { } resource ? [resource] : Array.Empty<string>()];
            var answer = await context.Node.SendAsync(HttpMethod.Delete, path, null, cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => context.Say($"{a.Body!["messages"]} messages, {a.Body["bytes"]} bytes, wait no more."));
        });
        return purge;
    }

    private static void Show(NodeAnswer answer, CommandContext context)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("Message", "From", "Age", "Bytes", "Wakes a phone", "Waits for");
        foreach (var message in answer.Items("queue"))
        {
            var waitsFor = (message["waitsFor"] as System.Text.Json.Nodes.JsonArray ?? []).Select(r => (string?)r);
            var age = Times.Of((string?)message["at"]) is { } at ? Times.Span(context.Now - at) : "";
            table.AddRow(
                new Text((string?)message["stanzaId"] ?? ""), new Text((string?)message["from"] ?? ""), new Text(age),
                new Text(message["bytes"]?.ToJsonString() ?? ""), new Text((bool?)message["deserving"] == true ? "yes" : "no"), new Text(string.Join(", ", waitsFor)));
        }

        if (table.Rows.Count == 0)
        {
            context.Say($"Nothing waits for {answer.Text("jid")}.");
        }
        else
        {
            context.Console.Write(table);
        }

        var (bytes, most) = ((long?)answer.Body?["waitingBytes"] ?? 0, (long?)answer.Body?["maxWaitingBytes"] ?? 0);
        if (bytes > 0)
        {
            context.Say($"{bytes} bytes no device has acknowledged" + (most > 0 ? $", of {most} that may wait (Limits:MaxQueuedBytesPerUser)." : "."));
        }
    }
}

using System.CommandLine;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>queue show</c>: what waits for a user, and for which of the sessions. Never shows what a message says.</summary>
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
        return new Command("queue", "Messages that wait for a user") { show };
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
    }
}

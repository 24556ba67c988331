using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>session list|show|kick</c>: who is connected, who sleeps, and for how long.</summary>
internal static class SessionCommands
{
    public static Command Create(CommandRunner run) => new("session", "Sessions of a user: list, show, kick")
    {
        List(run),
        Show(run),
        Kick(run),
    };

    private static Argument<string> Resource() => new("RESOURCE") { Description = "The part of the session's address after the slash" };

    private static Command List(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var command = new Command("list", "All sessions of a user, connected or suspended, and push registrations") { jid };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var answer = await context.GetAsync(["users", result.GetRequiredValue(jid), "sessions"], cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => ShowAll(a, context));
        });
        return command;
    }

    private static Command Show(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var resource = Resource();
        var command = new Command("show", "Everything about one session") { jid, resource };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            var wanted = result.GetRequiredValue(resource);
            var answer = await context.GetAsync(["users", user, "sessions"], cancellation).ConfigureAwait(false);
            if (answer.IsDone)
            {
                var session = answer.Items("sessions").FirstOrDefault(s => (string?)s["resource"] == wanted);
                answer = session is not null
                    ? new NodeAnswer(200, (JsonObject)session.DeepClone())
                    : new NodeAnswer(404, new JsonObject { ["error"] = "not-found", ["message"] = $"{user} has no session \"{wanted}\"" });
            }

            return context.Finish(answer, a => ShowOne(a.Body!, context));
        });
        return command;
    }

    private static Command Kick(CommandRunner run)
    {
        var jid = UserCommands.Jid();
        var resource = new Argument<string?>("RESOURCE") { Description = "The session to end", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "End every session of the user" };
        var command = new Command("kick", "End a session: the client is disconnected and cannot resume; its messages stay in the archive") { jid, resource, all };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            var wanted = result.GetValue(resource);
            if (wanted is null != result.GetValue(all))
            {
                throw new UsageException("name either one RESOURCE or --all");
            }

            string[] path = wanted is null ? ["users", user, "sessions"] : ["users", user, "sessions", wanted];
            var answer = await context.Node.SendAsync(HttpMethod.Delete, path, null, cancellation).ConfigureAwait(false);
            return context.Finish(answer, _ => context.Say(wanted is null ? $"All sessions of {user} were ended." : $"Session {user}/{wanted} was ended."));
        });
        return command;
    }

    private static void ShowAll(NodeAnswer answer, CommandContext context)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("Resource", "State", "Presence", "Queued", "Push", "Last used", "Ends");
        foreach (var session in answer.Items("sessions"))
        {
            table.AddRow(
                Cell(session, "resource"), Cell(session, "phase"), Cell(session, "presence"), new Text(Number(session, "queued")),
                new Text(Flag(session, "pushEnabled")), new Text(Age(session, "lastInteraction", context)), new Text(Left(session, context)));
        }

        if (table.Rows.Count == 0)
        {
            context.Say($"{answer.Text("jid")} has no session.");
        }
        else
        {
            context.Console.Write(table);
        }

        foreach (var registration in answer.Items("registrations"))
        {
            var state = (string?)registration["disabled"] is { } reason ? $"disabled: {reason}" : (bool?)registration["hold"] == true ? "holds while inactive" : "on";
            context.Say($"Push: device {registration["node"]} at {registration["service"]}, session {(string?)registration["resource"] ?? "gone"}, {state}");
        }
    }

    private static void ShowOne(JsonObject session, CommandContext context)
    {
        var grid = new Grid().AddColumn(new GridColumn().PadRight(3)).AddColumn();
        void Row(string name, string value) => grid.AddRow(new Text(name), new Text(value));
        Row("Resource", (string?)session["resource"] ?? "");
        Row("State", (string?)session["phase"] ?? "");
        Row("Presence", $"{(string?)session["presence"]}, priority {Number(session, "priority")}");
        Row("Connected from", (string?)session["remote"] ?? "not connected");
        Row("Queued", $"{Number(session, "queued")} stanzas, {Number(session, "queuedBytes")} bytes");
        Row("Resumable", Flag(session, "resumable"));
        Row("Push", Flag(session, "pushEnabled"));
        Row("Carbons", Flag(session, "carbons"));
        Row("Last used", Age(session, "lastInteraction", context));
        Row("Ends", Left(session, context));
        context.Console.Write(grid);
    }

    private static Text Cell(JsonObject item, string name) => new((string?)item[name] ?? "");

    private static string Number(JsonObject item, string name) => item[name]?.ToJsonString() ?? "";

    private static string Flag(JsonObject item, string name) => (bool?)item[name] == true ? "yes" : "no";

    private static string Age(JsonObject item, string name, CommandContext context) =>
        Times.Of((string?)item[name]) is { } then ? Times.Span(context.Now - then) + " ago" : "";

    private static string Left(JsonObject session, CommandContext context) =>
        Times.Of((string?)session["expiresAt"]) is { } then ? "in " + Times.Span(then - context.Now) : "";
}

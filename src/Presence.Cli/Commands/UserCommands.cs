using System.CommandLine;
using System.Text.Json.Nodes;

namespace Presence.Cli.Commands;

/// <summary><c>user add|passwd|list|delete|import|export</c>: accounts.</summary>
internal static class UserCommands
{
    public static Command Create(CommandRunner run) => new("user", "Accounts: add, passwd, list, delete, import, export")
    {
        Add(run),
        ChangePassword(run),
        List(run),
        Delete(run),
        ImportCommand.Create(run),
        ExportCommand.Create(run),
    };

    /// <summary>The argument that names an account.</summary>
    public static Argument<string> Jid() => new("USER") { Description = "Address of the account, such as alice@example.org" };

    /// <summary>The option that gives a password.</summary>
    public static Option<string?> Password() => new("--password")
    {
        Description = "The password; shown in process lists, so better typed when asked or written to standard input", HelpName = "TEXT",
    };

    private static Command Add(CommandRunner run)
    {
        var jid = Jid();
        var password = Password();
        var command = new Command("add", "Make an account") { jid, password };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            var body = new JsonObject { ["jid"] = user, ["password"] = await PasswordSource.ReadAsync(result.GetValue(password), context).ConfigureAwait(false) };
            var answer = await context.Node.SendAsync(HttpMethod.Post, ["users"], body, cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => context.Say($"Account {a.Text("jid")} was made."));
        });
        return command;
    }

    private static Command ChangePassword(CommandRunner run)
    {
        var jid = Jid();
        var password = Password();
        var command = new Command("passwd", "Give an account another password") { jid, password };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            var body = new JsonObject { ["password"] = await PasswordSource.ReadAsync(result.GetValue(password), context).ConfigureAwait(false) };
            var answer = await context.Node.SendAsync(HttpMethod.Post, ["users", user, "password"], body, cancellation).ConfigureAwait(false);
            return context.Finish(answer, _ => context.Say($"{user} has a new password. Sessions that are logged in stay so; end them with: presencectl session kick {user} --all"));
        });
        return command;
    }

    private static Command List(CommandRunner run)
    {
        var command = new Command("list", "All accounts, in order");
        run.Bind(command, async (_, context, cancellation) =>
        {
            var users = new JsonArray();
            string? next = null;
            do
            {
                var query = "?limit=10000" + (next is null ? "" : "&after=" + Uri.EscapeDataString(next));
                var page = await context.GetAsync(["users"], cancellation, query).ConfigureAwait(false);
                if (!page.IsDone)
                {
                    return context.Finish(page, _ => { });
                }

                foreach (var user in page.Texts("users"))
                {
                    users.Add(JsonValue.Create(user));
                }

                next = page.Text("next");
            }
            while (next is not null);

            return context.Finish(new NodeAnswer(200, new JsonObject { ["users"] = users }), all =>
            {
                foreach (var user in all.Texts("users"))
                {
                    context.Terminal.Out.WriteLine(user);
                }
            });
        });
        return command;
    }

    private static Command Delete(CommandRunner run)
    {
        var jid = Jid();
        var command = new Command("delete", "Delete an account with all its messages, contacts and sessions, at once and for good") { jid };
        command.Aliases.Add("remove");
        run.Bind(command, async (result, context, cancellation) =>
        {
            var user = result.GetRequiredValue(jid);
            var answer = await context.Node.SendAsync(HttpMethod.Delete, ["users", user], null, cancellation).ConfigureAwait(false);
            return context.Finish(answer, a => context.Say(
                a.Body is null ? $"Account {user} was deleted with all it had." : $"Account {user} is gone; the node is still deleting its messages."));
        });
        return command;
    }
}

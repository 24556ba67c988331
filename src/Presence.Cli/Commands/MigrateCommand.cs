using System.CommandLine;
using System.Text.Json.Nodes;
using Presence.Storage.Contracts;
using Presence.Storage.Moving;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>migrate sqlite-to-postgres</c>: all the data of a stopped node, from the file in its data directory to the database that its new configuration names.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandRunner run)
    {
        var settings = new Argument<string[]>("SETTINGS")
        {
            Description = "The configuration that the node is to run with from now on (--config FILE, --Section:Key=value), with Store:Kind postgres; write it after --",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var move = new Command("sqlite-to-postgres", "Copy everything of a stopped node from SQLite to an empty PostgreSQL; the file stays as it is") { settings };
        run.Bind(move, (result, context, cancellation) => Task.FromResult(Run(result.GetValue(settings) ?? [], context, cancellation)));
        return new Command("migrate", "Move the data of a stopped node to another store") { move };
    }

    private static int Run(string[] settings, CommandContext context, CancellationToken cancellation)
    {
        var options = StoppedNode.Options(settings, context);
        if (options.Store.ConnectionString is not { } connection)
        {
            throw new UsageException("name the configuration that the node is to run with from now on, after --: -- --config FILE, or -- --Store:Kind=postgres --Store:ConnectionString=… --Data:Directory=DIR");
        }

        try
        {
            StoreMoveResult Move(Action<string, long> tell) => StoreMove.Run(options.DataDirectory, connection, tell, cancellation);
            var moved = context.Terminal.Colours
                ? context.Errors.Status().Start("Copying", status => Move((table, rows) => status.Status($"Copying {table}: {rows} rows so far")))
                : Move((_, _) => { });
            var body = new JsonObject { ["database"] = moved.Where, ["accounts"] = moved.Accounts, ["messages"] = moved.Messages, ["rows"] = moved.Rows };
            return context.Finish(new NodeAnswer(200, body), _ =>
            {
                context.Say($"PostgreSQL at {moved.Where} holds everything now: {moved.Accounts} accounts, {moved.Messages} messages, {moved.Rows} rows in all. Start the node with this configuration.");
                context.Say($"The file in {options.DataDirectory} was not changed. Delete presence.db and presence.db-wal when all is well: they hold keys and messages, and start no node on them again.");
            });
        }
        catch (StoreException e)
        {
            return context.Finish(new NodeAnswer(500, new JsonObject { ["error"] = "not-migrated", ["message"] = $"nothing was moved: {e.Message}" }), _ => { });
        }
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Presence.Node.Checks;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary>
/// <c>check</c>: asks a running node to look at itself; without one, judges the configuration and what it names, changing nothing.
/// </summary>
internal static class CheckCommand
{
    public static Command Create(CommandRunner run)
    {
        var settings = new Argument<string[]>("SETTINGS")
        {
            Description = "Configuration as given to the node (--config FILE, --Section:Key=value), used when no node runs; write them after --",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("check", "Configuration, certificate, ports, store, disk; exit code 1 when something must be mended") { settings };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var (running, checks) = await FromNodeAsync(context, cancellation).ConfigureAwait(false);
            checks ??= OfflineCheck.Run(result.GetValue(settings) ?? [], context.Terminal, context.Node.SocketPath);
            Show(checks, running, context);
            return checks.Any(c => c.Status == CheckStatus.Failed) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static async Task<(bool Running, IReadOnlyList<CheckResult>? Checks)> FromNodeAsync(CommandContext context, CancellationToken cancellation)
    {
        if (!File.Exists(context.Node.SocketPath))
        {
            return (false, null);
        }

        try
        {
            var answer = await context.GetAsync(["check"], cancellation).ConfigureAwait(false);
            return (true, answer.IsDone ? [.. answer.Items("checks").Select(Read)] : [CheckResult.Failed("node", answer.Message)]);
        }
        catch (NoNodeException)
        {
            return (false, null);
        }
    }

    private static CheckResult Read(JsonObject item) => new(
        (string?)item["name"] ?? "", Enum.TryParse<CheckStatus>((string?)item["status"], ignoreCase: true, out var status) ? status : CheckStatus.Failed, (string?)item["message"] ?? "");

    private static void Show(IReadOnlyList<CheckResult> checks, bool running, CommandContext context)
    {
        if (context.Json)
        {
            context.Print(new JsonObject
            {
                ["running"] = running,
                ["checks"] = new JsonArray([.. checks.Select(c => (JsonNode)new JsonObject
                {
                    ["name"] = c.Name, ["status"] = c.Status.ToString().ToLowerInvariant(), ["message"] = c.Message,
                })]),
            });
            return;
        }

        context.Say(running ? $"A node is running at {context.Node.SocketPath}." : $"No node is running at {context.Node.SocketPath}: checked what can be checked without one.");
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var check in checks)
        {
            var (word, colour) = check.Status switch
            {
                CheckStatus.Ok => ("ok", Color.Green),
                CheckStatus.Warning => ("warning", Color.Yellow),
                _ => ("FAILED", Color.Red),
            };
            grid.AddRow(new Text(word, new Style(colour)), new Text(check.Name), new Text(check.Message));
        }

        context.Console.Write(grid);
    }
}

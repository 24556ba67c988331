using System.CommandLine;

namespace Presence.Cli;

/// <summary>Gives a command its context and turns "no node" into a message and an exit code, the same way for all commands.</summary>
internal sealed class CommandRunner(Terminal terminal, Func<ParseResult, CommandContext> contextOf)
{
    public Terminal Terminal { get; } = terminal;

    public void Bind(Command command, Func<ParseResult, CommandContext, CancellationToken, Task<int>> action) =>
        command.SetAction(async (result, cancellation) =>
        {
            using var context = contextOf(result);
            try
            {
                return await action(result, context, cancellation).ConfigureAwait(false);
            }
            catch (NoNodeException e)
            {
                if (context.Json)
                {
                    context.Print(new System.Text.Json.Nodes.JsonObject { ["error"] = "no-node", ["message"] = e.Message });
                }
                else
                {
                    context.Fail(e.Message);
                }

                return ExitCode.NoNode;
            }
            catch (UsageException e)
            {
                context.Fail(e.Message);
                return ExitCode.Usage;
            }
        });
}

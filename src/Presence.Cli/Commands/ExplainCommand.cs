using System.CommandLine;

namespace Presence.Cli.Commands;

/// <summary><c>explain</c>: why a message was, or was not, pushed.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandRunner run)
    {
        var message = new Argument<string>("MESSAGE") { Description = "The message's archive id (stanza-id), as clients, pushes and `queue show` give it" };
        var user = new Option<string>("--user") { Description = "The account that received the message", HelpName = "USER", Required = true };
        var command = new Command("explain", "Why a message was, or was not, pushed") { message, user };
        run.Bind(command, async (result, context, cancellation) =>
        {
            string[] path = ["users", result.GetRequiredValue(user), "explain", result.GetRequiredValue(message)];
            var answer = await context.GetAsync(path, cancellation).ConfigureAwait(false);
            return context.Finish(answer, a =>
            {
                foreach (var line in a.Texts("lines"))
                {
                    context.Terminal.Out.WriteLine(line);
                }
            });
        });
        return command;
    }
}

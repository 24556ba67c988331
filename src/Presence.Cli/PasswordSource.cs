using Spectre.Console;

namespace Presence.Cli;

/// <summary>
/// Gets a password from the option, the input or a person, in that order. It never shows or keeps one.
/// </summary>
internal static class PasswordSource
{
    /// <exception cref="UsageException">There is none, or the two typed differ.</exception>
    public static async Task<string> ReadAsync(string? option, CommandContext context)
    {
        if (option is not null)
        {
            return option;
        }

        if (!context.Terminal.MayAsk)
        {
            // One line, so that `printf '%s\n' "$password" | presencectl …` and files both work.
            var line = await context.Terminal.In.ReadLineAsync().ConfigureAwait(false);
            return string.IsNullOrEmpty(line) ? throw new UsageException("a password is missing: give --password, or write it as a line to standard input") : line;
        }

        var first = Ask(context, "Password:");
        return first == Ask(context, "Once more:") ? first : throw new UsageException("the two passwords differ; nothing was changed");
    }

    private static string Ask(CommandContext context, string text) => context.Errors.Prompt(new TextPrompt<string>(text).Secret(null));
}

using System.CommandLine;
using System.CommandLine.Invocation;
using Presence.Cli.Commands;

namespace Presence.Cli;

/// <summary>
/// The command tree of <c>presencectl</c>. It knows the commands and what they have in common; each command does its own work through a <see cref="NodeClient"/>.
/// </summary>
public static class ControlProgram
{
    public const string AdminVariable = "PRESENCE_ADMIN";

    private const string DefaultSocket = "data/admin.sock";

    /// <summary>Runs one command line. Returns an <see cref="ExitCode"/>; never throws for what an operator or a node did.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        var result = Build(terminal).Parse(arguments.Count == 0 ? ["--help"] : arguments);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors)
            {
                await terminal.Error.WriteLineAsync($"error: {error.Message}").ConfigureAwait(false);
            }

            await terminal.Error.WriteLineAsync("Add --help to see what is possible.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        return await result.InvokeAsync(new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false })
            .ConfigureAwait(false);
    }

    private static RootCommand Build(Terminal terminal)
    {
        var admin = new Option<string?>("--admin")
        {
            Description = $"Admin socket of the node (default: {AdminVariable}, else ./{DefaultSocket})", HelpName = "PATH", Recursive = true,
        };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs instead of text for people", Recursive = true };
        var run = new CommandRunner(terminal, result => new CommandContext(terminal, SocketPath(result.GetValue(admin), terminal), result.GetValue(json)));
        return new RootCommand("Operates a Presence node through its admin socket.")
        {
            admin,
            json,
            UserCommands.Create(run),
            SessionCommands.Create(run),
            QueueCommands.Create(run),
            ExplainCommand.Create(run),
            CheckCommand.Create(run),
            CertificateCommand.Create(run),
            BackupCommand.Create(run),
            RestoreCommand.Create(run),
            MigrateCommand.Create(run),
            PhoneCommand.Create(run),
            LoadCommand.Create(run),
        };
    }

    private static string SocketPath(string? said, Terminal terminal)
    {
        var path = said ?? terminal.Environment[AdminVariable] as string;
        return Path.GetFullPath(string.IsNullOrEmpty(path) ? DefaultSocket : path, terminal.WorkingDirectory);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Presence.Cli;

/// <summary>
/// What one command works with: the node, the way to show things, and the two options every command has. Shows either tables for people or JSON for programs, never both.
/// </summary>
internal sealed class CommandContext : IDisposable
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public CommandContext(Terminal terminal, string socketPath, bool json)
    {
        Terminal = terminal;
        Json = json;
        Node = new NodeClient(socketPath);
        Console = Screen(terminal.Out, terminal.Colours);
        Errors = Screen(terminal.Error, terminal.Colours);
    }

    public Terminal Terminal { get; }

    public bool Json { get; }

    public NodeClient Node { get; }

    public IAnsiConsole Console { get; }

    public IAnsiConsole Errors { get; }

    public DateTimeOffset Now => Terminal.Clock.GetUtcNow();

    public Task<NodeAnswer> GetAsync(string[] segments, CancellationToken cancellation, string query = "") =>
        Node.SendAsync(HttpMethod.Get, segments, null, cancellation, query);

    /// <summary>Ends a command: a refusal is told; otherwise the JSON or the table is shown.</summary>
    public int Finish(NodeAnswer answer, Action<NodeAnswer> show)
    {
        if (Json)
        {
            Print(answer.Body ?? new JsonObject { ["ok"] = answer.IsDone });
        }
        else if (answer.IsDone)
        {
            show(answer);
        }
        else
        {
            Fail(answer.Message);
        }

        return ExitCode.Of(answer.Status);
    }

    public void Print(JsonNode body) => Terminal.Out.WriteLine(body.ToJsonString(Readable));

    public void Say(string text) => Console.Write(new Text(text + "\n"));

    public void Fail(string message)
    {
        Errors.Write(new Text("error: ", new Style(Color.Red)));
        Errors.Write(new Text(message + "\n"));
    }

    public void Dispose() => Node.Dispose();

    private static IAnsiConsole Screen(TextWriter writer, bool colours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = colours ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!colours)
        {
            // A file or a pipe has no width: nothing is cut or wrapped for it.
            console.Profile.Width = 10_000;
        }

        return console;
    }
}

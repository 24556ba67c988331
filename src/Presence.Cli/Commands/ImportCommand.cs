using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Presence.Cli.Import;
using Presence.Node.Transfer;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary><c>user import</c>: accounts from lines, or all of their data from the portable format of XEP-0227, into a running node.</summary>
internal static class ImportCommand
{
    /// <summary>Problems shown one by one; what is wrong with every line need not be said a hundred thousand times.</summary>
    private const int MaxProblems = 100;

    public static Command Create(CommandRunner run)
    {
        var file = new Argument<string>("FILE") { Description = "Lines of jid,password (CSV or tabs) or JSON objects, or an XML file of XEP-0227; - reads lines from standard input" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace passwords, contacts and documents that are there already; without it they stay" };
        var command = new Command("import", "Take over accounts from a file, with contacts and messages if it has them; the same again goes on where it ended") { file, overwrite };
        run.Bind(command, (result, context, cancellation) => RunAsync(result.GetRequiredValue(file), result.GetValue(overwrite), context, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string file, bool overwrite, CommandContext context, CancellationToken cancellation)
    {
        var path = file == "-" ? file : Path.GetFullPath(file, context.Terminal.WorkingDirectory);
        if (file != "-" && !File.Exists(path))
        {
            throw new UsageException($"{path} does not exist");
        }

        var answer = await context.GetAsync(["facts"], cancellation).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            return context.Finish(answer, _ => { });
        }

        var node = answer.Body.Deserialize<NodeFacts>(JsonSerializerOptions.Web)!;
        var ignored = new Dictionary<string, int>();
        var problems = 0;
        var totals = new ImportTotals();
        Task Run(Action<string> tell) => RunAsync(new Importer(context, node, overwrite, Problem, t => tell($"{t.Accounts} accounts, {t.Messages} messages")));
        await (context.Terminal.Colours ? context.Errors.Status().StartAsync("Importing", status => Run(text => status.Status(text))) : Run(_ => { })).ConfigureAwait(false);
        Show(totals, ignored, context);
        return totals.Failed + totals.Refused > 0 ? ExitCode.Failed : ExitCode.Done;

        async Task RunAsync(Importer importer) => totals = await importer.RunAsync(Items(path, context, node.Domain, ignored), cancellation).ConfigureAwait(false);

        void Problem(string text)
        {
            if (++problems <= MaxProblems)
            {
                context.Fail(problems == MaxProblems ? text + " (further ones are only counted)" : text);
            }
        }
    }

    private static IEnumerable<ImportItem> Items(string path, CommandContext context, string domain, Dictionary<string, int> ignored)
    {
        if (path == "-")
        {
            return AccountLines.Read(context.Terminal.In, "line");
        }

        return IsXml(path) ? new PortableFile(path, domain, ignored).Read() : Lines(path);
    }

    private static IEnumerable<ImportItem> Lines(string path)
    {
        using var reader = new StreamReader(path);
        foreach (var item in AccountLines.Read(reader, path))
        {
            yield return item;
        }
    }

    private static bool IsXml(string path)
    {
        using var reader = new StreamReader(path);
        int c;
        while ((c = reader.Read()) >= 0 && char.IsWhiteSpace((char)c))
        {
        }

        return c == '<';
    }

    private static void Show(ImportTotals totals, Dictionary<string, int> ignored, CommandContext context)
    {
        if (context.Json)
        {
            var body = (JsonObject)JsonSerializer.SerializeToNode(totals, JsonSerializerOptions.Web)!;
            body["ignored"] = new JsonObject(ignored.Select(i => KeyValuePair.Create<string, JsonNode?>(i.Key, i.Value)));
            context.Print(body);
            return;
        }

        context.Say($"Accounts: {totals.Created} made, {totals.Overwritten} overwritten, {totals.Existed} were there.");
        context.Say($"Taken over: {totals.Contacts} contacts, {totals.Blocked} blocked addresses, {totals.Documents} documents, {totals.Messages} messages; {totals.Repeated} were there.");
        context.Say($"Failed: {totals.Failed} lines or users; refused: {totals.Refused} contacts, addresses, documents or messages.");
        foreach (var (what, count) in ignored.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            context.Say($"Not imported: {count} × {what}");
        }
    }
}

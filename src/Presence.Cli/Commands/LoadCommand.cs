using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Presence.Cli.Clients;
using Presence.Cli.Load;
using Presence.Protocol.Addressing;
using Spectre.Console;

namespace Presence.Cli.Commands;

/// <summary>
/// <c>load login|chat|suspend|resume|presence</c>: plays many clients against a server and tells what it could do and what that cost. For a server that is there to be
/// measured: it makes accounts and fills archives.
/// </summary>
internal sealed class LoadCommand
{
    private readonly Option<string> _server = new("--server") { Description = "Client port of the server", HelpName = "HOST:PORT", DefaultValueFactory = _ => "127.0.0.1:5222" };
    private readonly Option<string> _domain = new("--domain") { Description = "Domain of the accounts", HelpName = "NAME", DefaultValueFactory = _ => "localhost" };
    private readonly Option<string> _tls = new("--tls") { Description = "none (Xmpp:AllowPlaintextLogin), starttls or direct", HelpName = "HOW", DefaultValueFactory = _ => "starttls" };
    private readonly Option<string> _mechanism = new("--mechanism") { Description = "SCRAM-SHA-1, SCRAM-SHA-256 or PLAIN", HelpName = "NAME", DefaultValueFactory = _ => "SCRAM-SHA-1" };
    private readonly Option<string> _prefix = new("--prefix") { Description = "Accounts are called by this and a number", HelpName = "NAME", DefaultValueFactory = _ => "load" };
    private readonly Option<string> _password = new("--password") { Description = "Password of all of them", HelpName = "TEXT", DefaultValueFactory = _ => "load" };
    private readonly Option<int> _users = new("--users") { Description = "Accounts that take part", DefaultValueFactory = _ => 200 };
    private readonly Option<int> _concurrency = new("--concurrency") { Description = "Log-ins or senders at a time", DefaultValueFactory = _ => 20 };
    private readonly Option<int> _seconds = new("--seconds") { Description = "Time to measure", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Seconds to run before that", DefaultValueFactory = _ => 5 };
    private readonly Option<int> _rate = new("--rate") { Description = "chat: messages a second in all; 0 = the next when the last has arrived" };
    private readonly Option<int> _messages = new("--messages") { Description = "suspend: messages for each phone", DefaultValueFactory = _ => 20 };
    private readonly Option<int> _contacts = new("--contacts") { Description = "presence: contacts of each user", DefaultValueFactory = _ => 20 };
    private readonly Option<int> _bytes = new("--bytes") { Description = "chat, suspend: length of a message's text", DefaultValueFactory = _ => 100 };
    private readonly Option<bool> _keep = new("--keep") { Description = "login: every user once, staying, to see what a session weighs" };
    private readonly Option<bool> _pause = new("--pause") { Description = "suspend: before the phones wake, wait for a line of input; the node may be killed and started meanwhile" };
    private readonly Option<int> _pid = new("--pid") { Description = "Process whose use of CPU and memory is measured (default: the node behind the admin socket)" };
    private readonly Option<bool> _noAccounts = new("--no-accounts") { Description = "The accounts are there: make none" };
    private readonly Option<string?> _report = new("--report") { Description = "Write an HTML report", HelpName = "FILE" };

    public static Command Create(CommandRunner run)
    {
        var load = new Command("load", "Play many clients and measure: login, resume, chat, suspend, presence");
        load.Add(new LoadCommand().Scenario(run, "login", "Log in and leave, again and again: the re-login rate", LoginLoad.RunAsync));
        load.Add(new LoadCommand().Scenario(run, "resume", "Lose the connection and resume, again and again", ResumeLoad.RunAsync));
        load.Add(new LoadCommand().Scenario(run, "chat", "Pairs that are online write to each other", ChatLoad.RunAsync));
        load.Add(new LoadCommand().Scenario(run, "suspend", "Phones fall asleep, messages queue, phones wake and get them", SuspendLoad.RunAsync));
        load.Add(new LoadCommand().Scenario(run, "presence", "Contacts see each other's presence change", PresenceLoad.RunAsync));
        return load;
    }

    private Command Scenario(CommandRunner run, string name, string description, Func<LoadRun, IReadOnlyList<LoadUser>, CancellationToken, Task> scenario)
    {
        var command = new Command(name, description)
        {
            _server, _domain, _tls, _mechanism, _prefix, _password, _users, _concurrency, _seconds, _warmUp, _rate, _messages, _contacts, _bytes, _keep, _pause, _pid, _noAccounts, _report,
        };
        run.Bind(command, async (result, context, cancellation) =>
        {
            var options = Options(result);
            var server = result.GetValue(_pid) is > 0 and var pid ? ServerProcess.Of(pid) : await ServerProcess.BehindAsync(context.Node.SocketPath, cancellation).ConfigureAwait(false);
            IReadOnlyList<LoadResult> results;
            try
            {
                results = await MeasureAsync(context, options, server, scenario, makeAccounts: !result.GetValue(_noAccounts), cancellation).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                context.Fail(e.Message);
                return ExitCode.Failed;
            }

            Show(context, name, options, results);
            if (result.GetValue(_report) is { } path)
            {
                await File.WriteAllTextAsync(Path.GetFullPath(path, context.Terminal.WorkingDirectory), LoadReport.Html(name, options, results, context.Now), cancellation).ConfigureAwait(false);
            }

            return results.Any(r => r.Errors > 0) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<LoadResult>> MeasureAsync(
        CommandContext context, LoadOptions options, ServerProcess? server, Func<LoadRun, IReadOnlyList<LoadUser>, CancellationToken, Task> scenario, bool makeAccounts,
        CancellationToken cancellation)
    {
        var users = Enumerable.Range(0, options.Users).Select(i => new LoadUser(options.Name(i), options)).ToArray();
        try
        {
            var results = new List<LoadResult>();
            async Task RunAsync(ProgressContext? progress)
            {
                var run = new LoadRun(options, server, progress, context.Terminal.Clock, stop => PauseAsync(context, stop));
                if (makeAccounts)
                {
                    await run.PrepareAsync("make accounts", users, (user, stop) => MakeAccountAsync(context, user.Jid, options.Password, stop), cancellation).ConfigureAwait(false);
                }

                await scenario(run, users, cancellation).ConfigureAwait(false);
                results = run.Results;
            }

            await (context.Terminal.Colours && !context.Json ? context.Console.Progress().StartAsync(RunAsync) : RunAsync(null)).ConfigureAwait(false);
            return results;
        }
        finally
        {
            foreach (var user in users)
            {
                user.Dispose();
            }
        }
    }

    private static async Task<ServerProcess?> PauseAsync(CommandContext context, CancellationToken cancellation)
    {
        await context.Terminal.Error.WriteLineAsync("Paused. Press ENTER to go on.".AsMemory(), cancellation).ConfigureAwait(false);
        await context.Terminal.In.ReadLineAsync(cancellation).ConfigureAwait(false);
        return await ServerProcess.BehindAsync(context.Node.SocketPath, cancellation).ConfigureAwait(false);
    }

    private static async Task MakeAccountAsync(CommandContext context, string jid, string password, CancellationToken cancellation)
    {
        var answer = await context.Node.SendAsync(HttpMethod.Post, ["users"], new JsonObject { ["jid"] = jid, ["password"] = password }, cancellation).ConfigureAwait(false);
        if (!answer.IsDone && answer.Status != (int)HttpStatusCode.Conflict)
        {
            throw new IOException($"{jid} could not be made: {answer.Message}");
        }
    }

    private static void Show(CommandContext context, string name, LoadOptions options, IReadOnlyList<LoadResult> results)
    {
        if (context.Json)
        {
            context.Print(new JsonObject { ["scenario"] = name, ["results"] = new JsonArray([.. results.Select(LoadFigures.Json)]) });
            return;
        }

        var table = new Table();
        table.AddColumns([.. LoadFigures.Headings.Select((h, i) => i == 0 ? new TableColumn(h) : new TableColumn(h).RightAligned())]);
        foreach (var result in results)
        {
            table.AddRow(LoadFigures.Of(result));
        }

        context.Console.Write(table);
        context.Say(LoadReport.Setting(options));
        context.Say(LoadReport.Headline(name, results));
        foreach (var result in results.Where(r => r.FirstError is not null))
        {
            context.Fail($"{result.Name}: {result.FirstError}");
        }
    }

    private LoadOptions Options(ParseResult result)
    {
        var domain = result.GetRequiredValue(_domain);
        if (!Jid.TryParse($"{result.GetValue(_prefix)}0@{domain}", out _))
        {
            throw new UsageException($"--prefix {result.GetValue(_prefix)}, --domain {domain}: they do not make an address");
        }

        return new LoadOptions(
            Server(result.GetRequiredValue(_server), domain, result.GetRequiredValue(_tls)), Mechanism(result.GetRequiredValue(_mechanism)),
            result.GetRequiredValue(_prefix), result.GetRequiredValue(_password), AtLeast(result, _users, 1), AtLeast(result, _concurrency, 1),
            TimeSpan.FromSeconds(AtLeast(result, _warmUp, 0)), TimeSpan.FromSeconds(AtLeast(result, _seconds, 1)), AtLeast(result, _rate, 0), AtLeast(result, _messages, 1),
            AtLeast(result, _contacts, 1), AtLeast(result, _bytes, 1), result.GetValue(_keep), result.GetValue(_pause));
    }

    private static int AtLeast(ParseResult result, Option<int> option, int least) => result.GetValue(option) is var value && value >= least
        ? value
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {value}: at least {least}"));

    private static ServerAddress Server(string text, string domain, string tls)
    {
        var security = tls switch
        {
            "none" => LineSecurity.None,
            "starttls" => LineSecurity.StartTls,
            "direct" => LineSecurity.DirectTls,
            _ => throw new UsageException($"--tls {tls}: write none, starttls or direct"),
        };
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? new ServerAddress(text[..colon], port, domain, security, TrustAny: true)
            : throw new UsageException($"--server {text}: write HOST:PORT");
    }

    private static string Mechanism(string name) =>
        name.ToUpperInvariant() is "SCRAM-SHA-1" or "SCRAM-SHA-256" or "PLAIN" ? name.ToUpperInvariant() : throw new UsageException($"--mechanism {name}: write SCRAM-SHA-1, SCRAM-SHA-256 or PLAIN");
}

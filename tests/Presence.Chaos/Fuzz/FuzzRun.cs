using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Presence.Chaos.Clients;
using Presence.Chaos.Hostile;
using Presence.Tests.Shared;

namespace Presence.Chaos.Fuzz;

/// <summary>
/// One fuzz run against a real node, the canaries beside it. A finding is: the node dies, logs an error, hurts a canary, passes on what is not well formed, or owes
/// the client something. Seed and number of a case make it again; what other cases left in its account they do not.
/// </summary>
internal sealed class FuzzRun(FuzzOptions options, NodeProcess node, Action<string> say)
{
    private const int MaxFindings = 25;
    private static readonly TimeSpan AcknowledgedWithin = TimeSpan.FromSeconds(8);

    private static readonly (string Type, string Request)[] Questions =
    [
        ("get", "<query xmlns='jabber:iq:roster'/>"), ("get", "<blocklist xmlns='urn:xmpp:blocking'/>"), ("get", "<prefs xmlns='urn:xmpp:mam:2'/>"),
        ("set", "<query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><before/></set></query>"), ("get", "<vCard xmlns='vcard-temp'/>"),
        ("get", "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>"),
    ];

    private readonly ConcurrentQueue<string> findings = new();
    private readonly ConcurrentDictionary<int, int> current = new();
    private readonly ConcurrentQueue<string> accounts = new();
    private int next;
    private int played;
    private int unreached;
    private int dead;
    private string alarms = "";

    public static NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Xmpp:AllowPlaintextLogin"] = "true",
            ["Registration:KeyIterations"] = "4096",
            ["Registration:InBand"] = "true",
            ["Limits:ConnectionsPerAddress"] = "0",
            ["Limits:LoginTimeout"] = "20s",
            ["Sessions:LifeWithoutPush"] = "10s",
            ["Sessions:IqWait"] = "1s",
            // Nobody stays in memory: each log-in reads back what earlier cases left in the rows.
            ["Sessions:MaxIdleUsers"] = "0",
            ["Admin:Accounts:0"] = "fuzz0@localhost",
            ["Logging:LogLevel:Default"] = "warning",
            ["Components:0:Domain"] = Component(0),
            ["Components:0:Secret"] = ComponentCases.Secret,
            ["Components:1:Domain"] = Component(1),
            ["Components:1:Secret"] = ComponentCases.Secret,
            ["Components:2:Domain"] = Component(2),
            ["Components:2:Secret"] = ComponentCases.Secret,
            ["Components:3:Domain"] = Component(3),
            ["Components:3:Secret"] = ComponentCases.Secret,
        },
    };

    /// <summary>How many cases were played.</summary>
    public int Played => played;

    /// <summary>How many of them could not log in, which proves nothing.</summary>
    public int Unreached => unreached;

    /// <summary>Plays until the time is over or too much was found.</summary>
    /// <returns>What was found; empty: nothing.</returns>
    public async Task<IReadOnlyCollection<string>> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        await using var canaries = await Canaries.StartAsync(node, AcknowledgedWithin);
        using var stop = new CancellationTokenSource();
        await node.Admin.AddUserAsync("observer@localhost", Person.Password);
        var observing = new Observer(node, "observer@localhost", Find).RunAsync(stop.Token);
        await Task.WhenAll(Enumerable.Range(0, options.Case is null ? options.Workers : 1).Select(worker => WorkAsync(worker, clock)));
        await stop.CancelAsync();
        await observing;
        LookAtNode();
        if (node.HasExited)
        {
            say(string.Create(CultureInfo.InvariantCulture, $"{played} cases, seed {options.Seed}: the node died"));
            return findings;
        }

        if (await canaries.FindingsAsync() is { Length: > 0 } harm)
        {
            Find($"the canaries suffered: {harm}");
        }

        var slowest = canaries.Slowest;
        await ReadBackAsync();
        say(string.Create(CultureInfo.InvariantCulture,
            $"{played} cases, {unreached} of which found no way in, in {clock.Elapsed.TotalSeconds:F0} s, seed {options.Seed}: {findings.Count} findings; slowest acknowledgement of a canary {slowest.TotalMilliseconds:F0} ms"));
        return findings;
    }

    private async Task WorkAsync(int worker, Stopwatch clock)
    {
        var generation = 0;
        var account = await EnrolAsync(worker, generation);
        while (options.Case is not null ? played == 0 : !node.HasExited && clock.Elapsed.TotalSeconds < options.Seconds && findings.Count < MaxFindings)
        {
            var number = options.Case ?? Interlocked.Increment(ref next);
            current[worker] = number;
            var generator = new CaseGenerator(options.Seed, Names(account, options.Case is null ? worker : -1));
            try
            {
                if (await new CasePlayer(node, account, Component(worker)).PlayAsync(generator.Make(number)) is { } finding)
                {
                    Find(string.Create(CultureInfo.InvariantCulture, $"case {number}: {finding}"));
                }
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                // A case may delete its account, change its password or fill its place with sessions.
                Interlocked.Increment(ref unreached);
                try
                {
                    account = await EnrolAsync(worker, ++generation);
                }
                catch (Exception) when (node.HasExited)
                {
                    return;
                }
            }

            Interlocked.Increment(ref played);
            LookAtNode();
        }
    }

    // What was stored has to be readable for another process too.
    private async Task ReadBackAsync()
    {
        await node.RestartAsync();
        foreach (var account in accounts)
        {
            try
            {
                await using var intruder = await Intruder.BoundAsync(node.Ports.Client, account);
                foreach (var (type, request) in Questions)
                {
                    await intruder.SendAsync($"<iq type='{type}' id='back'>{request}</iq>");
                    await intruder.TakeAsync("id='back'");
                }
            }
            catch (IOException e) when (e.Message.Contains("<not-authorized", StringComparison.Ordinal))
            {
                // Deleted, or its password was changed.
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                Find($"{account} cannot be read back after a restart: {e.Message}");
            }
        }

        LookAtNode();
    }

    private async Task<string> EnrolAsync(int worker, int generation)
    {
        var account = generation == 0
            ? string.Create(CultureInfo.InvariantCulture, $"fuzz{worker}@localhost")
            : string.Create(CultureInfo.InvariantCulture, $"fuzz{worker}.{generation}@localhost");
        await node.Admin.AddUserAsync(account, Person.Password);
        accounts.Enqueue(account);
        return account;
    }

    private Dictionary<string, string> Names(string account, int worker) => new()
    {
        ["{own}"] = account,
        ["{other}"] = string.Create(CultureInfo.InvariantCulture, $"fuzz{(worker + 1) % options.Workers}@localhost"),
        ["{observer}"] = "observer@localhost",
        ["{component}"] = Component(worker),
    };

    // A component that connects again ends its older connection, so that each worker has its own.
    private static string Component(int worker) => string.Create(CultureInfo.InvariantCulture, $"comp{Math.Max(0, worker) % 4}.localhost");

    private void LookAtNode()
    {
        if (node.Output.Alarms is { Length: > 0 } seen && seen != Interlocked.Exchange(ref alarms, seen))
        {
            Find($"the node's log, while cases {string.Join(", ", current.Values.Order())} were played:\n{seen}");
        }

        if (node.HasExited && Interlocked.Exchange(ref dead, 1) == 0)
        {
            Find($"the node died, while cases {string.Join(", ", current.Values.Order())} were played:\n{node.Output}");
        }
    }

    private void Find(string finding)
    {
        findings.Enqueue(finding);
        say(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {finding}"));
    }
}

using System.Diagnostics;
using System.Globalization;
using Presence.Chaos.Checking;
using Presence.Chaos.Clients;
using Presence.Tests.Shared;

namespace Presence.Chaos.Workload;

/// <summary>
/// One run: people write and sleep, the node is killed and started again, in the end everybody comes back and the checker
/// compares. It must never kill the node while the sessions are first made, nor judge before all that is due has had its time.
/// </summary>
public sealed class ChaosRun(ChaosOptions options, NodeProcess node, Action<string> say) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Ledger ledger = new();
    private readonly CancellationTokenSource writing = new();
    private readonly CancellationTokenSource living = new();
    private readonly List<Person> senders = [];
    private readonly List<Person> listeners = [];
    private readonly List<Sleeper> sleepers = [];
    private readonly List<Task> lives = [];

    private IEnumerable<Person> Everybody => senders.Concat(listeners).Concat(sleepers.Select(s => s.Person));

    /// <summary>What every node of a chaos run needs: log-in without TLS, many connections from one address.</summary>
    public static NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Xmpp:AllowPlaintextLogin"] = "true",
            ["Limits:ConnectionsPerAddress"] = "1000",
        },
    };

    /// <summary>Plays the whole run and returns what was found.</summary>
    public async Task<Verdict> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        try
        {
            await GatherAsync();
            var work = StartWork();
            await KillAsync();
            await writing.CancelAsync();
            await Task.WhenAll(work);
            await SettleAsync();
            if (options.Archives)
            {
                await CompareArchivesAsync();
            }

            var verdict = ledger.Judge();
            say(string.Create(CultureInfo.InvariantCulture,
                $"{options.Kills} kills, {Everybody.Sum(p => p.Resumptions)} resumptions, {clock.Elapsed.TotalSeconds:F0} s, seed {options.Seed}: {verdict}"));
            return verdict;
        }
        finally
        {
            await living.CancelAsync();
            await Task.WhenAll(lives).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    public void Dispose()
    {
        writing.Dispose();
        living.Dispose();
    }

    private async Task GatherAsync()
    {
        for (var i = 0; i < options.Senders; i++)
        {
            senders.Add(await InviteAsync($"sender{i}@localhost"));
        }

        for (var i = 0; i < options.Listeners; i++)
        {
            listeners.Add(await InviteAsync($"listener{i}@localhost"));
        }

        for (var i = 0; i < options.Sleepers; i++)
        {
            sleepers.Add(new Sleeper(await InviteAsync($"sleeper{i}@localhost"), ledger, node.Pushes));
        }

        await Task.WhenAll(Everybody.Select(person => person.GoOnlineAsync())).WaitAsync(Patience);
        foreach (var sleeper in sleepers)
        {
            await sleeper.Person.EnablePushAsync();
            sleeper.FallAsleep();
        }
    }

    private async Task<Person> InviteAsync(string jid)
    {
        await node.Admin.AddUserAsync(jid, Person.Password);
        var person = new Person(() => node.Ports.Client, jid, ledger);
        lives.Add(person.RunAsync(living.Token));
        return person;
    }

    private List<Task> StartWork()
    {
        var readers = Everybody.ToArray();
        var work = senders.Select((sender, i) => WriteAsync(sender, readers, new Random(options.Seed * 1000 + i))).ToList();
        if (sleepers.Count > 0)
        {
            work.Add(DisturbAsync(new Random(options.Seed * 1000 - 1)));
        }

        return work;
    }

    /// <summary>Writes at the rate to random people; pauses while too much is unacknowledged, as clients do.</summary>
    private async Task WriteAsync(Person sender, Person[] readers, Random random)
    {
        const int window = 60;
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds((double)options.Senders / options.Rate));
        for (var count = 1; await NextAsync(pace); count++)
        {
            if (sender.Unacked >= window)
            {
                continue;
            }

            var reader = readers[random.Next(readers.Length)];
            if (reader == sender)
            {
                continue;
            }

            if (random.Next(6) == 0)
            {
                sender.Type(reader);
            }

            sender.Write(reader, random.Next(10) == 0 ? random.Next(1500) : random.Next(40));
            if (count % 10 == 0)
            {
                sender.RequestAck();
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer pace)
    {
        try
        {
            return await pace.WaitForNextTickAsync(writing.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Wakes a sleeper now and then, and lets it fall asleep again wherever it is.</summary>
    private async Task DisturbAsync(Random random)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        while (await NextAsync(pace))
        {
            var sleeper = sleepers[random.Next(sleepers.Count)];
            _ = sleeper.Person.GoOnlineAsync();
            await Task.Delay(random.Next(400));
            sleeper.FallAsleep();
        }
    }

    private async Task KillAsync()
    {
        var random = new Random(options.Seed);
        for (var kill = 1; kill <= options.Kills; kill++)
        {
            // Sometimes into the middle of everybody's coming back.
            await Task.Delay(random.Next(3) == 0 ? random.Next(200) : random.Next(300, 1500));
            await node.RestartAsync();
            say(string.Create(CultureInfo.InvariantCulture,
                $"kill {kill}: {ledger.Conversations.Sum(c => c.Acknowledged)} of {ledger.Conversations.Sum(c => c.Sent)} acknowledged"));
        }
    }

    private async Task SettleAsync()
    {
        await UntilAsync("the senders' messages are acknowledged", () =>
        {
            senders.ForEach(sender => sender.RequestAck());
            return senders.Sum(sender => sender.Unacked);
        });
        await Task.WhenAll(sleepers.Select(sleeper => sleeper.DemandPushAsync(Patience)));
        foreach (var person in Everybody)
        {
            _ = person.GoOnlineAsync();
        }

        await UntilAsync("the messages have arrived", () => ledger.Conversations.Sum(c => Math.Max(0, c.Acknowledged - c.Arrivals)));
        foreach (var person in Everybody)
        {
            // What the server still wanted to send (doubles, say) comes before this answer.
            await AskAsync(person, "get", "<ping xmlns='urn:xmpp:ping'/>");
        }
    }

    private async Task AskAsync(Person person, string type, string payload)
    {
        try
        {
            await person.AskAsync(type, payload, Patience);
        }
        catch (TimeoutException)
        {
            ledger.Complain($"{person.Jid}: no answer to {payload}");
        }
    }

    /// <summary>Waits until nothing is missing; gives up when the number has not changed for a while.</summary>
    private async Task UntilAsync(string what, Func<int> missing)
    {
        var (last, since) = (-1, Stopwatch.StartNew());
        for (var left = missing(); left > 0; left = missing())
        {
            if (left != last)
            {
                (last, since) = (left, Stopwatch.StartNew());
            }
            else if (since.Elapsed > Patience)
            {
                ledger.Complain($"waited in vain until {what}: {left} missing");
                return;
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Each conversation must stand once and in order in both archives.</summary>
    private async Task CompareArchivesAsync()
    {
        foreach (var person in Everybody)
        {
            var found = new Ledger();
            foreach (var words in (await person.ReadArchiveAsync()).Select(body => body.Split(' ')).Where(words => words.Length > 2))
            {
                found.Between(words[0], words[1]).Receive(int.Parse(words[2], CultureInfo.InvariantCulture));
            }

            foreach (var real in ledger.Conversations.Where(c => c.Sender == person.Jid || c.Receiver == person.Jid))
            {
                var archived = found.Between(real.Sender, real.Receiver).Received;
                if (!archived.SequenceEqual(Enumerable.Range(1, real.Sent)))
                {
                    ledger.Complain($"archive of {person.Jid}, {real.Sender} → {real.Receiver}: {archived.Count} of {real.Sent}, "
                        + $"{archived.Distinct().Count()} distinct, in order: {archived.SequenceEqual(archived.Order())}");
                }
            }
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Presence.Chaos.Checking;
using Presence.Chaos.Clients;
using Presence.Tests.Shared;

namespace Presence.Chaos.Hostile;

/// <summary>
/// Two people who chat beside an attack, each on one connection with stream management: every message has to arrive once, in order, and to be acknowledged
/// in time. They must never be attacked themselves, and never be cut: what they suffer, everybody suffers.
/// </summary>
public sealed class Canaries : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Ledger ledger = new();
    private readonly CancellationTokenSource chatting = new();
    private readonly CancellationTokenSource living = new();
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly List<Task> lives = [];
    private readonly Person[] people;
    private readonly TimeSpan limit;
    private Task chat = Task.CompletedTask;
    private long slowest;

    private Canaries(NodeProcess node, TimeSpan limit)
    {
        this.limit = limit;
        people = [.. Names.Select(name => new Person(() => node.Ports.Client, name, ledger))];
    }

    public static IReadOnlyList<string> Names { get; } = ["canary-one@localhost", "canary-two@localhost"];

    /// <summary>The longest that an acknowledgement has taken.</summary>
    public TimeSpan Slowest => Stopwatch.GetElapsedTime(0, Volatile.Read(ref slowest));

    /// <summary>Makes the accounts and begins to chat.</summary>
    /// <param name="limit">How long an acknowledgement, or an answer to the last message that <see cref="FindingsAsync"/> waits for, may take.</param>
    public static async Task<Canaries> StartAsync(NodeProcess node, TimeSpan limit)
    {
        var canaries = new Canaries(node, limit);
        foreach (var person in canaries.people)
        {
            await node.Admin.AddUserAsync(person.Jid, Person.Password);
            canaries.lives.Add(person.RunAsync(canaries.living.Token));
        }

        await Task.WhenAll(canaries.people.Select(person => person.GoOnlineAsync())).WaitAsync(Patience);
        canaries.chat = canaries.ChatAsync();
        return canaries;
    }

    /// <summary>Waits until what has been written until now has been acknowledged and has arrived, and tells everything that is wrong; empty if nothing is.</summary>
    public async Task<string> FindingsAsync()
    {
        // Nobody writes meanwhile: what is just on its way would look lost.
        await turn.WaitAsync();
        try
        {
            return await JudgeAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<string> JudgeAsync()
    {
        var due = Conversations.Select(c => (Conversation: c, c.Sent)).ToArray();
        var clock = Stopwatch.StartNew();
        while (due.Any(d => d.Conversation.Arrivals < d.Sent || d.Conversation.Acknowledged < d.Sent) && clock.Elapsed < limit)
        {
            await Task.Delay(5);
        }

        var findings = due.Where(d => d.Conversation.Arrivals < d.Sent || d.Conversation.Acknowledged < d.Sent)
            .Select(d => string.Create(CultureInfo.InvariantCulture,
                $"{d.Conversation.Sender}: of {d.Sent} messages {d.Conversation.Acknowledged} were acknowledged and {d.Conversation.Arrivals} arrived after {limit.TotalSeconds} s"))
            .Concat(people.Where(p => p.Arrivals != 1).Select(p => $"{p.Jid} lost its connection"))
            .Concat(Slowest > limit ? [$"an acknowledgement took {Slowest}"] : []).ToList();
        var verdict = ledger.Judge();
        return verdict.IsGood && findings.Count == 0 ? "" : string.Join('\n', [.. findings, verdict.ToString()]);
    }

    public async ValueTask DisposeAsync()
    {
        await chatting.CancelAsync();
        await living.CancelAsync();
        await Task.WhenAll([chat, .. lives]).ContinueWith(_ => { }, TaskScheduler.Default);
        chatting.Dispose();
        turn.Dispose();
        living.Dispose();
    }

    private IEnumerable<Conversation> Conversations => [ledger.Between(Names[0], Names[1]), ledger.Between(Names[1], Names[0])];

    private async Task ChatAsync()
    {
        for (var round = 0; ; round++)
        {
            await turn.WaitAsync(chatting.Token);
            Say(people[0], people[1], round * 37);
            Say(people[1], people[0], round * 53);
            turn.Release();
            await Task.Delay(Between, chatting.Token);
        }
    }

    private void Say(Person sender, Person recipient, int filler)
    {
        var began = Stopwatch.GetTimestamp();
        sender.Write(recipient, filler, () => Note(Stopwatch.GetTimestamp() - began));
        sender.RequestAck();
    }

    private void Note(long took)
    {
        long before;
        while (took > (before = Volatile.Read(ref slowest)) && Interlocked.CompareExchange(ref slowest, took, before) != before)
        {
        }
    }
}

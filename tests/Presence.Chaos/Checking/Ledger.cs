using System.Collections.Concurrent;

namespace Presence.Chaos.Checking;

/// <summary>
/// Everything that the people of a run saw: their conversations, and complaints about broken rules. Bounded by the run's length.
/// </summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<(string Sender, string Receiver), Conversation> conversations = new();
    private readonly ConcurrentQueue<string> complaints = new();

    public IEnumerable<Conversation> Conversations => conversations.Values;

    public Conversation Between(string sender, string receiver) =>
        conversations.GetOrAdd((sender, receiver), pair => new Conversation(pair.Sender, pair.Receiver));

    public IEnumerable<Conversation> To(string receiver) => Conversations.Where(c => c.Receiver == receiver);

    /// <summary>Notes one broken rule.</summary>
    public void Complain(string line) => complaints.Enqueue(line);

    /// <summary>What the checker and the people found.</summary>
    public Verdict Judge()
    {
        var verdict = Checker.Judge(Conversations);
        verdict.Broken.AddRange(complaints);
        return verdict;
    }
}

namespace Presence.Chaos.Checking;

/// <summary>
/// What is known of the numbered messages (1, 2, 3, …) from one sender to one receiver. It records, <see cref="Checker"/> judges.
/// </summary>
public sealed class Conversation(string sender, string receiver)
{
    private readonly Lock gate = new();
    private readonly List<int> received = [];
    private readonly HashSet<int> ambiguous = [];
    private int sent;
    private int acknowledged;

    public string Sender { get; } = sender;

    public string Receiver { get; } = receiver;

    /// <summary>The highest number handed to the sender's stream.</summary>
    public int Sent { get { lock (gate) { return sent; } } }

    /// <summary>The highest number that the server has acknowledged to the sender.</summary>
    public int Acknowledged { get { lock (gate) { return acknowledged; } } }

    /// <summary>How many arrivals the receiver has seen, doubles included.</summary>
    public int Arrivals { get { lock (gate) { return received.Count; } } }

    /// <summary>The numbers in the order of arrival.</summary>
    public IReadOnlyList<int> Received { get { lock (gate) { return [.. received]; } } }

    /// <summary>Takes the next number for a message about to be sent.</summary>
    public int Next() { lock (gate) { return ++sent; } }

    public void Acknowledge(int number) { lock (gate) { acknowledged = Math.Max(acknowledged, number); } }

    public void Receive(int number) { lock (gate) { received.Add(number); } }

    /// <summary>
    /// Says that the sender had to send this number again without the server's word on whether it has it
    /// (<c>&lt;failed/&gt;</c> without h): once or twice are both right.
    /// </summary>
    public void MarkAmbiguous(int number) { lock (gate) { ambiguous.Add(number); } }

    public bool IsAmbiguous(int number) { lock (gate) { return ambiguous.Contains(number); } }
}

namespace Presence.Simulation.Clients;

/// <summary>What a message is, and with it what is promised about it.</summary>
public enum MessageSort
{
    /// <summary>A body: promised to the account, shown by the archive.</summary>
    Chat,

    /// <summary>A receipt: promised, but gone from the store when nobody needs it any more.</summary>
    Receipt,

    /// <summary>To whoever is there; it takes effect once, and may find nobody.</summary>
    Headline,

    /// <summary>A chat state: may be lost, must not be doubled.</summary>
    Noise,
}

/// <summary>One message of the workload and everything that is known of it: what the server promised, and where it has been seen.</summary>
public sealed class SimMessage(int id, SimDevice sender, SimAccount receiver, string to, MessageSort sort)
{
    public int Id => id;

    public SimDevice Sender => sender;

    public SimAccount Receiver => receiver;

    public string To => to;

    public MessageSort Sort => sort;

    public bool ToSelf => sender.Account == receiver;

    /// <summary>Acknowledged means it took effect in the store.</summary>
    public bool Durable => sort != MessageSort.Noise;

    /// <summary>Acknowledged means some device of the receiver gets it.</summary>
    public bool Promised => sort is MessageSort.Chat or MessageSort.Receipt;

    /// <summary>The session that sent it last.</summary>
    public SimSession? SentIn { get; set; }

    public bool Acknowledged { get; set; }

    /// <summary>The client has lost its memory of it, or could not know: it may have arrived or not.</summary>
    public bool Abandoned { get; set; }

    /// <summary>The client had to send it again without knowing whether it had arrived: the server cannot tell the copies apart.</summary>
    public int Repeats { get; set; }

    public int SenderRows { get; set; }

    public int Crossings { get; set; }

    public int ReceiverRows { get; set; }

    /// <summary>How often it took effect for its sender: left for the receiver, or became a row of the one log.</summary>
    public int Effects => ToSelf ? SenderRows : Crossings;

    public override string ToString() => $"m{id} {sender.Name}>{to} {sort}";
}

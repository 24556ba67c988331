namespace Presence.Simulation.Clients;

/// <summary>One message of the workload and everything that is known of it: what the server promised, and where it has been seen.</summary>
public sealed class SimMessage(int id, SimDevice sender, SimAccount receiver, string to, bool durable)
{
    public int Id => id;

    public SimDevice Sender => sender;

    public SimAccount Receiver => receiver;

    public string To => to;

    /// <summary>Addressed to one session of the receiver.</summary>
    public bool ToFullJid => to.Contains('/', StringComparison.Ordinal);

    /// <summary>Promised: acknowledged means it survives. Else it is noise that may be lost.</summary>
    public bool Durable => durable;

    public bool Acknowledged { get; set; }

    /// <summary>The client has lost its memory of it: it may have arrived or not.</summary>
    public bool Abandoned { get; set; }

    /// <summary>The client had to send it again without knowing whether it had arrived: the server cannot tell the copies apart.</summary>
    public int Repeats { get; set; }

    public int SenderRows { get; set; }

    public int Crossings { get; set; }

    public int ReceiverRows { get; set; }

    public override string ToString() => $"m{id} {sender.Name}>{to}";
}

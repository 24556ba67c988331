using Presence.Simulation.Servers;

namespace Presence.Simulation.Clients;

/// <summary>
/// What a client keeps of one stream management session (XEP-0198): both counters and what it sent that was not acknowledged. A new one for each
/// <c>enable</c>.
/// </summary>
public sealed class SimSession(string? smId, string fullJid)
{
    /// <summary>Null: it cannot be resumed.</summary>
    public string? SmId => smId;

    public string FullJid => fullJid;

    /// <summary>Stanzas received: the client's h.</summary>
    public long H { get; set; }

    /// <summary>Every stanza sent, by number − 1; without a message where it is anything else.</summary>
    public List<(ClientStanza Stanza, SimMessage? Message)> Sent { get; } = [];

    /// <summary>The first so many of <see cref="Sent"/> are acknowledged.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The highest h that left the server about this session; S3 is held against it.</summary>
    public long Told { get; set; }

    public bool Available { get; set; }

    /// <summary>Ids of the rows received, to see repeats and disorder.</summary>
    public HashSet<long> Rows { get; } = [];

    public long HighestBare { get; set; }

    public long HighestFull { get; set; }

    /// <summary>Messages received, in whatever form.</summary>
    public HashSet<int> Seen { get; } = [];
}

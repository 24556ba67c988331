using Presence.Simulation.Servers;

namespace Presence.Simulation.Clients;

/// <summary>
/// What a client keeps of one session: both counters of XEP-0198 and what it sent that was not acknowledged, and how far the app has come in setting
/// up. A new one for each bind.
/// </summary>
public sealed class SimSession(string? smId, bool managed)
{
    /// <summary>Null: it cannot be resumed.</summary>
    public string? SmId => smId;

    /// <summary>False: no stream management, nothing is counted.</summary>
    public bool Managed => managed;

    /// <summary>Stanzas received: the client's h.</summary>
    public long H { get; set; }

    /// <summary>Every stanza sent, by number − 1; without a message where it is anything else.</summary>
    public List<(ClientStanza Stanza, SimMessage? Message)> Sent { get; } = [];

    /// <summary>The first so many of <see cref="Sent"/> are acknowledged.</summary>
    public long Acknowledged { get; set; }

    /// <summary>The highest h that left the server about this session; S3 is held against it.</summary>
    public long Told { get; set; }

    // What the app has said.
    public bool Available { get; set; }
    public int TimesOnline { get; set; }
    public bool Carbons { get; set; }
    public bool Push { get; set; }
    public bool Archive { get; set; }
    public bool Inactive { get; set; }

    /// <summary>The roster as the client keeps it: contact → subscription and name; null until the server has sent it.</summary>
    public Dictionary<string, string>? Roster { get; set; }

    /// <summary>When it last asked for the roster.</summary>
    public long RosterAsked { get; set; }

    /// <summary>Contacts that ask to see this user's presence and have no answer from this client.</summary>
    public HashSet<string> Requests { get; } = [];

    /// <summary>Rows received as they came, to see repeats and disorder.</summary>
    public HashSet<long> Rows { get; } = [];

    /// <summary>Highest row so far that came while the session was available.</summary>
    public long HighestLive { get; set; }

    /// <summary>Last row of those from before, and how often that order started over.</summary>
    public long LastWaiting { get; set; }

    public int Restarts { get; set; }

    /// <summary>Messages received, in whatever form but from the archive.</summary>
    public HashSet<int> Seen { get; } = [];

    /// <summary>Messages received as copies.</summary>
    public HashSet<int> Copies { get; } = [];

    /// <summary>What the client shows of others: full address → what they last said.</summary>
    public Dictionary<string, string> Contacts { get; } = [];
}

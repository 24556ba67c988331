using Presence.Protocol.Addressing;
using Presence.Routing;

namespace Presence.Simulation.Clients;

/// <summary>A person with some devices. Knows what any of them has received.</summary>
public sealed class SimAccount(string jid)
{
    public Jid Jid { get; } = Jid.Parse(jid);

    public long UserId { get; } = ShardKey.UserId(jid);

    public List<SimDevice> Devices { get; } = [];

    /// <summary>A device without stream management may lose what it was sent, and nobody will know.</summary>
    public bool Careless => Devices.Exists(d => d.Care == StreamCare.Nothing);

    /// <summary>Messages that some device got while it counted.</summary>
    public HashSet<int> Seen { get; } = [];
}

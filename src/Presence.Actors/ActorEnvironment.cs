using System.Collections.Frozen;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors;

/// <summary>What every decision may know besides the state it decides on; immutable for the life of the owner.</summary>
/// <param name="Domain">The domain served.</param>
/// <param name="SoftwareVersion">For XEP-0092.</param>
public sealed record ActorEnvironment(Jid Domain, SessionOptions Options, StanzaIds StanzaIds, IRandomSource Random, int ShardCount, string SoftwareVersion)
{
    /// <summary>What the operator decided about services beside messaging.</summary>
    public ServiceOptions Services { get; init; } = new();

    /// <summary>Domains of external components (XEP-0114), connected or not: as good as local, but nobody there is a user.</summary>
    public FrozenSet<string> Components { get; init; } = [];

    /// <summary>Called after the commit that removed an account: what it left is to be deleted now. From any thread; must not block.</summary>
    public Action AccountRemoved { get; init; } = () => { };

    /// <summary>Called when a defect was contained. From any thread; must not block or throw.</summary>
    public Action<ContainedDefect> DefectMet { get; init; } = _ => { };

    /// <summary>For tests: called with every input once its effects are there, and may throw as a defect would. Null in a node.</summary>
    internal Action<Users.Turn, object>? Sabotage { get; init; }

    /// <summary>Whether an address belongs to a component.</summary>
    public bool IsComponent(Jid address) => Components.Count > 0 && Components.Contains(address.Domain);

    /// <summary>Whether stanzas can go there: to users and components of this server. Other servers cannot be reached.</summary>
    public bool IsReachable(Jid address) => address.Domain == Domain.Domain || IsComponent(address);

    /// <summary>Whether somebody may be at an address: the server itself, without a local part, takes no message and no presence.</summary>
    public bool IsSomebody(Jid address) => address.Local is not null || IsComponent(address);

    /// <summary>Maximum element size a decision parses into a tree.</summary>
    public XmlLimits TreeLimits { get; init; } = new();
}

using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Actors;

/// <summary>What every decision may know besides the state it decides on; immutable for the life of the owner.</summary>
/// <param name="Domain">The domain served.</param>
/// <param name="SoftwareVersion">For XEP-0092.</param>
public sealed record ActorEnvironment(Jid Domain, SessionOptions Options, StanzaIds StanzaIds, IRandomSource Random, int ShardCount, string SoftwareVersion)
{
    /// <summary>What the operator decided about services beside messaging.</summary>
    public ServiceOptions Services { get; init; } = new();

    /// <summary>Maximum element size a decision parses into a tree.</summary>
    public XmlLimits TreeLimits { get; init; } = new();
}

using Presence.Protocol.Addressing;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// One event of a user's node for all contacts in one shard; the body is shared. Which of their resources want it is for their owners to say, who know their
/// clients. Lost if its holder dies.
/// </summary>
/// <param name="From">Bare JID of the node's owner.</param>
/// <param name="Stamped">A headline with <c>from</c>, without <c>to</c>.</param>
public sealed record EventInput(IReadOnlyList<long> Users, Jid From, string Node, byte[] Stamped) : UserInput(Users[0])
{
    /// <summary>The one resource it is for; null: all.</summary>
    public string? Resource { get; init; }
}

using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Who may read a node (XEP-0060 §4.5), and what who may not is told. A stranger is told the same of a closed node, of none and of no account. That somebody
/// is blocked has been settled before.
/// </summary>
internal static class NodeAccess
{
    public static Reader Of(Jid who, UserState owner) =>
        who.Bare == owner.Jid ? Reader.Owner
        : owner.Exists && owner.Roster.TryGetValue(who.Bare.ToString(), out var row) && (row.Subscription & Subscription.From) != 0 ? Reader.Contact
        : Reader.Stranger;

    public static bool MayRead(Reader reader, EventNode node) =>
        node.Configuration.Access switch
        {
            AccessModel.Open => true,
            AccessModel.Presence => reader >= Reader.Contact,
            _ => reader == Reader.Owner,
        };

    /// <summary>Null: it may be read.</summary>
    /// <param name="node">Null: there is none.</param>
    public static StanzaError? Refusal(Reader reader, EventNode? node) =>
        node is not null && MayRead(reader, node) ? null
        : reader == Reader.Stranger ? EventingErrors.Of(StanzaErrorCondition.NotAuthorized, "presence-subscription-required")
        : node is null ? EventingErrors.NotFound
        : EventingErrors.Of(StanzaErrorCondition.NotAllowed, "closed-node");
}

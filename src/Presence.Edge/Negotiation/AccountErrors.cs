using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Edge.Negotiation;

/// <summary>What a client is told when its account could not be changed (XEP-0077 §3). It must never tell more than the enumeration does.</summary>
internal static class AccountErrors
{
    /// <summary>Null when all went well.</summary>
    public static StanzaError? Of(AccountChange change) => change switch
    {
        AccountChange.Done => null,
        AccountChange.Exists => new StanzaError(StanzaErrorCondition.Conflict),
        AccountChange.Unknown => new StanzaError(StanzaErrorCondition.ItemNotFound),
        _ => new StanzaError(StanzaErrorCondition.InternalServerError, StanzaErrorType.Wait) { Text = "Accounts cannot be changed now" },
    };
}

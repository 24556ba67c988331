namespace Presence.Protocol.Stanzas;

/// <summary>The stanza error conditions of RFC 6120 §8.3.3. It must never list application conditions; those are a child element.</summary>
public enum StanzaErrorCondition
{
    BadRequest = 0,
    Conflict,
    FeatureNotImplemented,
    Forbidden,
    Gone,
    InternalServerError,
    ItemNotFound,
    JidMalformed,
    NotAcceptable,
    NotAllowed,
    NotAuthorized,
    PolicyViolation,
    RecipientUnavailable,
    Redirect,
    RegistrationRequired,
    RemoteServerNotFound,
    RemoteServerTimeout,
    ResourceConstraint,
    ServiceUnavailable,
    SubscriptionRequired,
    UndefinedCondition,
    UnexpectedRequest,
}

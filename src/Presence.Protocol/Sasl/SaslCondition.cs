namespace Presence.Protocol.Sasl;

/// <summary>
/// Why a negotiation failed: the conditions of RFC 6120 §6.5. It says nothing of what was wrong with the credentials; that
/// an account exists must never show.
/// </summary>
public enum SaslCondition
{
    /// <summary>The client gave up by <c>&lt;abort/&gt;</c>.</summary>
    Aborted,

    /// <summary>The credentials are right and the account is barred; say so only after they were proved.</summary>
    AccountDisabled,

    /// <summary>The credentials are right and too old; say so only after they were proved.</summary>
    CredentialsExpired,

    /// <summary>The mechanism is to be had only under TLS.</summary>
    EncryptionRequired,

    /// <summary>The data is no strict base64.</summary>
    IncorrectEncoding,

    /// <summary>The client asked to act as somebody else.</summary>
    InvalidAuthzid,

    /// <summary>The mechanism is not one of those offered.</summary>
    InvalidMechanism,

    /// <summary>The message breaks the rules of the mechanism, or came when none was expected.</summary>
    MalformedRequest,

    /// <summary>The mechanism is known and weaker than this server allows.</summary>
    MechanismTooWeak,

    /// <summary>Wrong credentials, unknown user, or a channel that is not the one the client sees.</summary>
    NotAuthorized,

    /// <summary>The server cannot check at the moment; the same credentials may do later.</summary>
    TemporaryAuthFailure,
}

namespace Presence.Protocol.Stanzas;

/// <summary>What the sender of a failed stanza may do about it (RFC 6120 §8.3.2). It must never drive retries of the server itself.</summary>
public enum StanzaErrorType
{
    Cancel = 0,
    Continue,
    Modify,
    Auth,
    Wait,
}

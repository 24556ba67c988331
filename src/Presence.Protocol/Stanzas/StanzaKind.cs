namespace Presence.Protocol.Stanzas;

/// <summary>
/// The three stanzas of RFC 6120 §8, and everything else that may stand at the first level of a stream. It must never
/// distinguish more: what a stanza is for is told by its type and payload.
/// </summary>
public enum StanzaKind
{
    /// <summary>Not a stanza: a stream feature exchange, stream management, CSI, or an element in a foreign namespace.</summary>
    Other = 0,
    Message,
    Presence,
    Iq,
}

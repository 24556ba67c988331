namespace Presence.Protocol.Stanzas;

/// <summary>
/// The values of <c>type</c> for all three kinds of stanza (RFC 6120 §8.2.3, RFC 6121 §4.7.1 and §5.2.2) in one list. It
/// must never carry meaning beyond the attribute: <see cref="Error"/> is the same for all kinds.
/// </summary>
public enum StanzaType
{
    /// <summary>Not a stanza.</summary>
    None = 0,

    /// <summary>An IQ without a known type, or a presence with an unknown one: answer <c>bad-request</c>.</summary>
    Invalid,
    Error,

    /// <summary>A message without type or with one that is not known (RFC 6121 §5.2.2).</summary>
    Normal,
    Chat,
    Groupchat,
    Headline,

    /// <summary>A presence without type.</summary>
    Available,
    Unavailable,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
    Probe,

    Get,
    Set,
    Result,
}

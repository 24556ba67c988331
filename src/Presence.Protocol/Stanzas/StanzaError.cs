using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// A stanza error and the reply that carries it (RFC 6120 §8.3). It must never be sent in answer to an error or to an
/// IQ result; <see cref="CanAnswer"/> says so and <see cref="Reply"/> refuses.
/// </summary>
public sealed record StanzaError(StanzaErrorCondition Condition, StanzaErrorType Type)
{
    /// <summary>An error with the type that RFC 6120 §8.3.3 gives to the condition.</summary>
    public StanzaError(StanzaErrorCondition condition)
        : this(condition, DefaultType(condition))
    {
    }

    /// <summary>An explanation for a human, in English.</summary>
    public string? Text { get; init; }

    /// <summary>An application-specific condition (RFC 6120 §8.3.4).</summary>
    public XmlElement? Application { get; init; }

    /// <summary>The alternative address of <c>gone</c> and <c>redirect</c> as a URI.</summary>
    public string? Uri { get; init; }

    public static StanzaErrorType DefaultType(StanzaErrorCondition condition) => throw new NotImplementedException();

    /// <summary>The element name of a condition, for example <c>item-not-found</c>.</summary>
    public static string ElementName(StanzaErrorCondition condition) => throw new NotImplementedException();

    /// <summary>Whether a stanza may be answered with an error at all (RFC 6120 §8.3.1).</summary>
    public static bool CanAnswer(Stanza stanza) => throw new NotImplementedException();

    /// <summary>
    /// The error stanza that answers <paramref name="stanza"/>: same kind and id, addresses swapped.
    /// <c>null</c> if it must not be answered.
    /// </summary>
    /// <param name="to">Whom it goes to: the true sender. If <c>null</c>, the stanza's own <c>from</c>, if any.</param>
    /// <param name="from">Who refuses. If <c>null</c>, the stanza's <c>to</c> as it was written, if any.</param>
    public byte[]? Reply(Stanza stanza, Jid? to = null, Jid? from = null) => throw new NotImplementedException();

    /// <summary>Writes the <c>error</c> element.</summary>
    /// <param name="by">Who refuses (RFC 6120 §8.3.2), if it differs from the reply's sender.</param>
    public void WriteTo(Utf8XmlBuilder builder, Jid? by = null) => throw new NotImplementedException();
}

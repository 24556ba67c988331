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

    /// <summary>The type that RFC 6120 §8.3.3 recommends; where it leaves a choice, the one that fits a server that is sure.</summary>
    public static StanzaErrorType DefaultType(StanzaErrorCondition condition) => condition switch
    {
        StanzaErrorCondition.BadRequest or StanzaErrorCondition.JidMalformed or StanzaErrorCondition.NotAcceptable
            or StanzaErrorCondition.PolicyViolation or StanzaErrorCondition.Redirect => StanzaErrorType.Modify,
        StanzaErrorCondition.Forbidden or StanzaErrorCondition.NotAuthorized or StanzaErrorCondition.RegistrationRequired
            or StanzaErrorCondition.SubscriptionRequired => StanzaErrorType.Auth,
        StanzaErrorCondition.RecipientUnavailable or StanzaErrorCondition.RemoteServerTimeout or StanzaErrorCondition.ResourceConstraint
            or StanzaErrorCondition.UnexpectedRequest => StanzaErrorType.Wait,
        _ => StanzaErrorType.Cancel,
    };

    /// <summary>The element name of a condition, for example <c>item-not-found</c>.</summary>
    public static string ElementName(StanzaErrorCondition condition) => ConditionNames<StanzaErrorCondition>.Of(condition);

    /// <summary>Reads an element name; <c>false</c> if RFC 6120 does not define it.</summary>
    public static bool TryParseCondition(string elementName, out StanzaErrorCondition condition) =>
        ConditionNames<StanzaErrorCondition>.TryParse(elementName, out condition);

    /// <summary>Whether a stanza may be answered with an error at all (RFC 6120 §8.3.1).</summary>
    public static bool CanAnswer(Stanza stanza) =>
        stanza.Kind != StanzaKind.Other && stanza.Type is not (StanzaType.Error or StanzaType.Result);

    /// <summary>
    /// The error stanza that answers <paramref name="stanza"/>: same kind and id, addresses swapped.
    /// <c>null</c> if it must not be answered.
    /// </summary>
    /// <param name="stanza">What is refused. Its payload is not sent back.</param>
    /// <param name="to">Whom it goes to: the true sender. If <c>null</c>, the stanza's own <c>from</c>, if any.</param>
    /// <param name="from">Who refuses. If <c>null</c>, the stanza's <c>to</c> as it was written, if any.</param>
    public byte[]? Reply(Stanza stanza, Jid? to = null, Jid? from = null)
    {
        if (!CanAnswer(stanza))
        {
            return null;
        }

        using var builder = new Utf8XmlBuilder();
        builder.Open(stanza.Name)
            .Attr("from", from?.ToString() ?? stanza.Attribute("to"))
            .Attr("to", to?.ToString() ?? stanza.Attribute("from"))
            .Attr("id", stanza.Id)
            .Attr("type", "error");
        WriteTo(builder);
        return builder.Close().ToArray();
    }

    /// <summary>Writes the <c>error</c> element.</summary>
    /// <param name="builder">Stands where the content namespace is the default.</param>
    /// <param name="by">Who refuses (RFC 6120 §8.3.2), if it differs from the reply's sender.</param>
    public void WriteTo(Utf8XmlBuilder builder, Jid? by = null)
    {
        builder.Open("error").Attr("by", by?.ToString()).Attr("type", ConditionNames<StanzaErrorType>.Of(Type));
        builder.Open(ElementName(Condition), Namespaces.StanzaErrors).Text(Uri).Close();
        if (Text is not null)
        {
            builder.Open("text", Namespaces.StanzaErrors).Attr("xml:lang", "en").Text(Text).Close();
        }

        Application?.WriteTo(builder);
        builder.Close();
    }
}

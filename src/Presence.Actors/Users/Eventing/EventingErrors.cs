using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>Stanza errors with the conditions of XEP-0060 §17.4 in them.</summary>
internal static class EventingErrors
{
    public static StanzaError NodeRequired => Of(StanzaErrorCondition.BadRequest, "nodeid-required");

    public static StanzaError ItemRequired => Of(StanzaErrorCondition.BadRequest, "item-required");

    public static StanzaError NotFound => new(StanzaErrorCondition.ItemNotFound);

    /// <param name="condition">Of RFC 6120.</param>
    /// <param name="special">Of XEP-0060.</param>
    public static StanzaError Of(StanzaErrorCondition condition, string special, string? text = null) =>
        new(condition) { Application = new XmlElement(special, Namespaces.PubSubErrors), Text = text };

    /// <param name="feature">As in §10, without the namespace.</param>
    public static StanzaError Unsupported(string feature) => new(StanzaErrorCondition.FeatureNotImplemented)
    {
        Application = new XmlElement("unsupported", Namespaces.PubSubErrors, [new XmlAttribute("feature", "", feature)]),
    };
}

using System.Globalization;
using System.Xml.Linq;
using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>One message of a portable file: a result of an archive (XEP-0313), or a message that waits unread with its delay (XEP-0203).</summary>
internal static class PortableMessage
{
    private static readonly XNamespace Forward = "urn:xmpp:forward:0";
    private static readonly XNamespace Delay = "urn:xmpp:delay";
    private static readonly XNamespace Client = "jabber:client";
    private static readonly XNamespace StanzaIds = "urn:xmpp:sid:0";

    /// <summary>Null: there is no message, nobody knows when it was, or it is too large.</summary>
    /// <param name="jid">Whose it is.</param>
    public static MessageRecord? Read(XElement element, string jid, MessageClock clock)
    {
        var forwarded = element.Name.LocalName == "result" ? element.Element(Forward + "forwarded") : null;
        var message = forwarded is null ? element : forwarded.Element(Client + "message");
        var stamp = (forwarded ?? element).Element(Delay + "delay")?.Attribute("stamp")?.Value;
        if (message is null || message.Attribute("from") is null || !DateTimeOffset.TryParse(
            stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        var id = (string?)(forwarded is null ? message.Elements(StanzaIds + "stanza-id").FirstOrDefault(e => (string?)e.Attribute("by") == jid) : element)?.Attribute("id");
        if (forwarded is null)
        {
            // Said anew when it is delivered, by whom it is delivered.
            message.Elements(Delay + "delay").Remove();
        }

        message.Elements(XName.Get("archived", "urn:xmpp:mam:tmp")).Remove();
        var milliseconds = at.ToUnixTimeMilliseconds();
        return message.Name == Client + "message" && PortableXml.TryText(message, out var xml)
            ? new MessageRecord(milliseconds, clock.Next(milliseconds, forwarded is null), forwarded is null, xml) { StanzaId = id } : null;
    }
}

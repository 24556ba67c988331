using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Presence.Node.Transfer;
using Presence.Protocol.Xml;

namespace Presence.Cli.Import;

/// <summary>One message of a portable file: a result of an archive (XEP-0313), or a message that waits unread with its delay (XEP-0203).</summary>
internal static class PortableMessage
{
    private static readonly XNamespace Forward = "urn:xmpp:forward:0";
    private static readonly XNamespace Delay = "urn:xmpp:delay";
    private static readonly XNamespace Client = "jabber:client";

    /// <summary>Null: there is no message, or nobody knows when it was.</summary>
    public static MessageRecord? Read(XElement element, MessageClock clock)
    {
        var forwarded = element.Name.LocalName == "result" ? element.Element(Forward + "forwarded") : null;
        var message = forwarded is null ? element : forwarded.Element(Client + "message");
        var stamp = (forwarded ?? element).Element(Delay + "delay")?.Attribute("stamp")?.Value;
        if (message is null || message.Attribute("from") is null || !DateTimeOffset.TryParse(
            stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        if (forwarded is null)
        {
            // Said anew when it is delivered, by whom it is delivered.
            message.Elements(Delay + "delay").Remove();
        }

        message.Elements(XName.Get("archived", "urn:xmpp:mam:tmp")).Remove();
        var milliseconds = at.ToUnixTimeMilliseconds();
        return Stanza(message) is { } xml ? new MessageRecord(milliseconds, clock.Next(milliseconds, forwarded is null), forwarded is null, xml) : null;
    }

    /// <summary>A stanza as it stands in a client's stream, whose default namespace need not be said.</summary>
    public static string? Stanza(XElement stanza)
    {
        var text = stanza.ToString(SaveOptions.DisableFormatting);
        return XmlElement.TryParse(Encoding.UTF8.GetBytes(text), out var element) && element.Namespace == Client.NamespaceName ? element.ToString() : null;
    }
}

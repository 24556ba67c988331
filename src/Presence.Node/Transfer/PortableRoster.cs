using System.Globalization;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Node.Transfer;

/// <summary>
/// Contacts, requests that wait, and blocked addresses as XEP-0227 has them: the latter as a privacy list (XEP-0016) in use, which is what other servers take.
/// </summary>
internal static class PortableRoster
{
    private const string Privacy = "jabber:iq:privacy";
    private const string ListName = "blocked";

    public static void Write(Utf8XmlBuilder xml, UserRows user)
    {
        xml.Raw("\n"u8).Open("query", Namespaces.Roster);
        foreach (var contact in user.Roster)
        {
            Item(xml, contact);
        }

        xml.Close();
        foreach (var contact in user.Roster.Where(c => c.PendingIn))
        {
            Request(xml, contact);
        }

        Blocked(xml, user.Blocked);
    }

    private static void Item(Utf8XmlBuilder xml, RosterRow contact)
    {
        // Nothing but a request is no contact (RFC 6121 A.2).
        if (contact is { PendingIn: true, Subscription: Subscription.None, Ask: false, Approved: false, Name: null, Groups.Count: 0 })
        {
            return;
        }

        xml.Raw("\n"u8).Open("item").Attr("jid", contact.Contact).Attr("name", contact.Name)
            .Attr("subscription", contact.Subscription.ToString().ToLowerInvariant())
            .Attr("ask", contact.Ask ? "subscribe" : null).Attr("approved", contact.Approved ? "true" : null);
        foreach (var group in contact.Groups)
        {
            xml.Open("group").Text(group).Close();
        }

        xml.Close();
    }

    private static void Request(Utf8XmlBuilder xml, RosterRow contact)
    {
        xml.Raw("\n"u8);
        if (contact.PendingStanza is { } request && Stanza.TryParse(request, out var stanza))
        {
            xml.Raw(StanzaSplice.Standalone(StanzaSplice.Stamp(stanza, Jid.Parse(contact.Contact), stanza.To)));
        }
        else
        {
            xml.Open("presence", Namespaces.Client).Attr("type", "subscribe").Attr("from", contact.Contact).Close();
        }
    }

    private static void Blocked(Utf8XmlBuilder xml, IReadOnlyList<string> blocked)
    {
        if (blocked.Count == 0)
        {
            return;
        }

        xml.Raw("\n"u8).Open("query", Privacy).Open("default").Attr("name", ListName).Close().Open("list").Attr("name", ListName);
        for (var i = 0; i < blocked.Count; i++)
        {
            xml.Raw("\n"u8).Open("item").Attr("type", "jid").Attr("value", blocked[i]).Attr("action", "deny").Attr("order", i.ToString(CultureInfo.InvariantCulture)).Close();
        }

        xml.Close().Close();
    }
}

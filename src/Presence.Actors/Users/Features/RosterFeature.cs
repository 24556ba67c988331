using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// What a client asks of its own roster: fetch with versions, add, change, remove (RFC 6121 §2). Only the owner may ask. It must never change a
/// subscription except by the stanzas that a removal sends.
/// </summary>
public static class RosterFeature
{
    /// <summary>Longest name of a contact or a group, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 1023;

    /// <summary>Most groups one contact may be in.</summary>
    public const int MaxGroups = 100;

    /// <summary>§2.1.3, §2.6: the roster, or an empty result if the client's version is the present one. From here on the client gets pushes.</summary>
    public static void Get(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (!IsOwn(iq, turn))
        {
            Refuse(session, iq, StanzaErrorCondition.Forbidden, turn);
            return;
        }

        session.RosterRequested = true;
        var user = turn.User;
        var (version, known) = (RosterItems.Version(user), query.Attr("ver"));
        using var xml = new Utf8XmlBuilder(256 + (user.Roster.Count * 128));
        OpenResult(xml, session, iq);
        if (known != version)
        {
            xml.Open("query", Namespaces.Roster).Attr("ver", known is null ? null : version);
            foreach (var row in user.Roster.Values)
            {
                if (RosterItems.IsShown(row))
                {
                    RosterItems.Write(row, removed: false, xml);
                }
            }
        }

        xml.CloseAll();
        Reply(session, xml.ToArray(), turn);
    }

    /// <summary>§2.3–§2.5: adds, changes or removes one item; every interested client gets a push, the asking one its result too.</summary>
    public static void Set(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var refusal = IsOwn(iq, turn) ? Change(query, turn) : StanzaErrorCondition.Forbidden;
        if (refusal is { } condition)
        {
            Refuse(session, iq, condition, turn);
            return;
        }

        using var xml = new Utf8XmlBuilder();
        OpenResult(xml, session, iq);
        xml.CloseAll();
        Reply(session, xml.ToArray(), turn);
        SessionRows.Store(session, turn);
    }

    private static StanzaErrorCondition? Change(XmlElement query, Turn turn)
    {
        if (query.Children.Count() != 1 || query.Child("item") is not { } item || item.Attr("jid") is not { } address)
        {
            return StanzaErrorCondition.BadRequest;
        }

        if (!Jid.TryParse(address, out var contact))
        {
            return StanzaErrorCondition.JidMalformed;
        }

        if (contact == turn.User.Jid)
        {
            // Everybody sees his own presence anyway; an item for oneself could never be subscribed.
            return StanzaErrorCondition.NotAllowed;
        }

        var row = RosterItems.Find(turn.User, contact);
        return item.Attr("subscription") == "remove" ? Remove(row, contact, turn) : Update(row, contact, item, turn);
    }

    private static StanzaErrorCondition? Update(RosterRow? row, Jid contact, XmlElement item, Turn turn)
    {
        var name = item.Attr("name") ?? "";
        var groups = item.Children.Where(c => c.Name == "group" && c.Namespace == Namespaces.Roster).Select(g => g.Text).ToList();
        if (IsTooLong(name) || groups.Count > MaxGroups || groups.Exists(g => g.Length == 0 || IsTooLong(g)))
        {
            return StanzaErrorCondition.NotAcceptable;
        }

        if (groups.Distinct(StringComparer.Ordinal).Count() != groups.Count)
        {
            return StanzaErrorCondition.BadRequest;
        }

        if ((row is null || !RosterItems.IsShown(row)) && !RosterItems.HasRoom(turn))
        {
            return StanzaErrorCondition.ResourceConstraint;
        }

        // Subscription, ask and approved are the server's to say (§2.1.2).
        RosterItems.Store((row ?? RosterItems.New(turn.User, contact)) with { Name = name, Groups = groups }, turn);
        return null;
    }

    /// <summary>§2.5: what stood between the two ends with the item.</summary>
    private static StanzaErrorCondition? Remove(RosterRow? row, Jid contact, Turn turn)
    {
        if (row is null || !RosterItems.IsShown(row))
        {
            return StanzaErrorCondition.ItemNotFound;
        }

        RosterItems.Remove(row, turn);
        SubscriptionFeature.Cancel(row, contact, turn);
        return null;
    }

    private static bool IsOwn(Stanza iq, Turn turn) => !iq.ToMalformed && (iq.To is null || iq.To == turn.User.Jid);

    private static bool IsTooLong(string text) => Encoding.UTF8.GetByteCount(text) > MaxNameBytes;

    private static void OpenResult(Utf8XmlBuilder xml, SessionState session, Stanza iq) =>
        xml.Open("iq").Attr("from", iq.To?.ToString()).Attr("to", session.FullJid.ToString()).Attr("type", "result").Attr("id", iq.Id);

    private static void Refuse(SessionState session, Stanza iq, StanzaErrorCondition condition, Turn turn)
    {
        if (new StanzaError(condition).Reply(iq, session.FullJid, iq.To) is { } reply)
        {
            Reply(session, reply, turn);
        }
    }

    private static void Reply(SessionState session, byte[] bytes, Turn turn) =>
        Outbound.Ephemeral(session, new OutboundStanza(0, bytes, default, default), turn);
}

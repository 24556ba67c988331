using System.Globalization;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The list of blocked addresses (XEP-0191): asked, changed, and told to the user's other clients. The effect of a block is
/// <see cref="UserState.IsBlocked"/>'s; this only adds what a change means for presence. It must never tell the blocked what happened.
/// </summary>
public static class BlockingFeature
{
    /// <summary>Addresses one user may block; more are refused with <c>resource-constraint</c>.</summary>
    public const int MaxBlocked = 2_000;

    /// <summary>§3.2. From here on the client is told of changes.</summary>
    public static void List(SessionState session, Stanza iq, XmlElement payload, Turn turn)
    {
        session.BlocklistRequested = true;
        IqReply.Result(session, iq, turn, xml => Write(xml, "blocklist", turn.User.Blocked ?? []));
    }

    /// <summary>§3.3. What is blocked already stays so; that is no error.</summary>
    public static void Block(SessionState session, Stanza iq, XmlElement payload, Turn turn)
    {
        if (Read(payload, out var items) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        var user = turn.User;
        var added = items.FindAll(jid => user.Blocked?.Contains(jid.ToString()) != true);
        if (items.Count == 0)
        {
            IqReply.Error(session, iq, new StanzaError(StanzaErrorCondition.BadRequest) { Text = "nothing to block" }, turn);
            return;
        }

        if ((user.Blocked?.Count ?? 0) + added.Count > MaxBlocked)
        {
            IqReply.Error(session, iq, new StanzaError(StanzaErrorCondition.ResourceConstraint) { Text = $"at most {MaxBlocked} addresses" }, turn);
            return;
        }

        // The last thing they see is that the user went; after the block nothing passes.
        added.ForEach(jid => BlockedPresence.Hide(jid, turn));
        added.ForEach(jid => turn.Emit(new JidBlocked(user.UserId, jid.ToString())));
        IqReply.Result(session, iq, turn);
        Changed(session, "block", added, added.Count > 0, turn);
    }

    /// <summary>§3.4, and §3.5 where nothing is named. What was not blocked stays so; that is no error either.</summary>
    public static void Unblock(SessionState session, Stanza iq, XmlElement payload, Turn turn)
    {
        if (Read(payload, out var items) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        var user = turn.User;
        var all = items.Count == 0;
        var removed = all ? [.. (user.Blocked ?? []).Select(Jid.Parse)] : items.FindAll(jid => user.Blocked?.Contains(jid.ToString()) == true);
        removed.ForEach(jid => turn.Emit(new JidUnblocked(user.UserId, jid.ToString())));
        IqReply.Result(session, iq, turn);
        Changed(session, "unblock", all ? [] : removed, removed.Count > 0, turn);
        BlockedPresence.Show(removed, turn);
    }

    private static StanzaError? Read(XmlElement payload, out List<Jid> items)
    {
        items = [];
        foreach (var item in payload.Children)
        {
            if (item.Name != "item" || item.Namespace != Namespaces.Blocking || item.Attr("jid") is not { } address)
            {
                return new StanzaError(StanzaErrorCondition.BadRequest) { Text = "an item with an address is expected" };
            }

            if (!Jid.TryParse(address, out var jid))
            {
                return new StanzaError(StanzaErrorCondition.JidMalformed);
            }

            if (!items.Contains(jid))
            {
                items.Add(jid);
            }

            if (items.Count > MaxBlocked)
            {
                return new StanzaError(StanzaErrorCondition.ResourceConstraint);
            }
        }

        return null;
    }

    /// <summary>Every client that has asked for the list learns what changed, the one that changed it too.</summary>
    private static void Changed(SessionState by, string name, List<Jid> items, bool any, Turn turn)
    {
        if (!any)
        {
            return;
        }

        foreach (var session in turn.User.Sessions)
        {
            if (session.BlocklistRequested)
            {
                // Promised like a roster push: a client that missed one would show a wrong list for good.
                Notices.Send(session, turn.User.Jid, Push(session, name, items, turn), turn);
            }
        }

        SessionRows.Store(by, turn);
    }

    private static byte[] Push(SessionState session, string name, List<Jid> items, Turn turn)
    {
        using var xml = new Utf8XmlBuilder(256 + (items.Count * 64));
        xml.Open("iq").Attr("from", turn.User.Jid.ToString()).Attr("to", session.FullJid.ToString())
            .Attr("id", "block-" + turn.RandomNumber().ToString("x", CultureInfo.InvariantCulture)).Attr("type", "set");
        Write(xml, name, items.Select(jid => jid.ToString()));
        xml.Close();
        return xml.ToArray();
    }

    private static void Write(Utf8XmlBuilder xml, string name, IEnumerable<string> jids)
    {
        xml.Open(name, Namespaces.Blocking);
        foreach (var jid in jids)
        {
            xml.Open("item").Attr("jid", jid).Close();
        }

        xml.Close();
    }
}

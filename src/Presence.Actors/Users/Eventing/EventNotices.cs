using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Tells of what happened on a node (XEP-0163 §4): to the user's own available resources and to those of contacts who may see the user's presence, each only
/// if its client says that it wants to know (XEP-0060 §9.2). Events are headlines in memory: they are never archived, never wake a phone, and are lost
/// with their holder.
/// </summary>
/// <remarks>
/// A contact's event is held like its presence, the last one per node (sessions.md 3.4); one of the user's own waits for a resumable session like any stanza,
/// the last one per item, since a client that resumes does not ask what its other devices changed.
/// </remarks>
internal static class EventNotices
{
    public static void Published(Publication publication, Turn turn)
    {
        var configuration = publication.Configuration;
        Tell(publication.Node, configuration, ItemsKey(publication.Items.Select(i => i.Id)), turn, xml =>
        {
            xml.Open("items").Attr("node", publication.Node);
            foreach (var (id, _, body) in publication.Items)
            {
                Item(xml, id, configuration.Payloads ? body : []);
            }
        });
    }

    public static void Retracted(EventNode node, IReadOnlyList<string> ids, Turn turn) =>
        Tell(node.Name, node.Configuration, ItemsKey(ids), turn, xml =>
        {
            xml.Open("items").Attr("node", node.Name);
            foreach (var id in ids)
            {
                xml.Open("retract").Attr("id", id).Close();
            }
        });

    /// <summary>What happened to the node as a whole.</summary>
    /// <param name="what"><c>purge</c> or <c>delete</c>.</param>
    public static void Of(string node, string what, NodeConfiguration configuration, Turn turn) =>
        Tell(node, configuration, what, turn, xml => xml.Open(what).Attr("node", node));

    /// <summary>An item that was published earlier, as an event without addressee.</summary>
    public static byte[] Late(EventNode node, string id, DocumentRow item, Turn turn) => Build(turn, xml =>
    {
        xml.Open("items").Attr("node", node.Name);
        Item(xml, id, node.Configuration.Payloads ? item.Body : []);
    });

    /// <summary>A contact's event.</summary>
    public static void Received(EventInput input, Turn turn)
    {
        if (!turn.User.Exists || turn.User.IsBlocked(input.From))
        {
            return;
        }

        FanoutTemplate? template = null;
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available && session.Interests?.Contains(input.Node) == true && (input.Resource is null || input.Resource == session.Resource))
            {
                template ??= StanzaSplice.Template(input.Stamped);
                var stanza = new OutboundStanza(0, template.Value.Head, FanoutTemplate.ToAttribute(session.FullJid), template.Value.Tail);
                Outbound.Ephemeral(session, stanza, turn, presenceOf: $"{input.From} {input.Node}");
            }
        }
    }

    /// <summary>One of the user's own, to one of the user's sessions.</summary>
    /// <param name="key">What a later event of the same replaces while it waits.</param>
    public static void ToOwn(SessionState session, byte[] stamped, string key, Turn turn) =>
        Outbound.Ephemeral(session, new OutboundStanza(0, StanzaSplice.WithTo(stamped, session.FullJid), default, default), turn, key: key);

    /// <summary>A client whose wishes were forgotten with a crash may have asked for it: a headline too many does no harm, one too few leaves it wrong.</summary>
    private static bool Wants(SessionState session, string node) => session.Interests is { } known ? known.Contains(node) : session.InterestsLost;

    private static void Tell(string node, NodeConfiguration configuration, string key, Turn turn, Action<Utf8XmlBuilder> write)
    {
        if (!configuration.Notify)
        {
            return;
        }

        byte[]? stamped = null;
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available && Wants(session, node))
            {
                stamped ??= Build(turn, write);
                ToOwn(session, stamped, $"{node} {key}", turn);
            }
        }

        if (configuration.Access != AccessModel.Whitelist)
        {
            foreach (var users in RosterItems.WatchersByShard(turn))
            {
                stamped ??= Build(turn, write);
                turn.Send(new EventInput(users, turn.User.Jid, node, stamped));
            }
        }
    }

    private static byte[] Build(Turn turn, Action<Utf8XmlBuilder> write)
    {
        using var xml = new Utf8XmlBuilder(1024);
        xml.Open("message").Attr("from", turn.User.Jid.ToString()).Attr("type", "headline").Attr("id", NodeWriting.RandomId(turn))
            .Open("event", Namespaces.PubSubEvent);
        write(xml);
        return xml.CloseAll().ToArray();
    }

    private static void Item(Utf8XmlBuilder xml, string id, ReadOnlySpan<byte> payload) => xml.Open("item").Attr("id", id).Raw(payload).Close();

    /// <summary>A batch stands for itself; single items replace one another by their ids.</summary>
    private static string ItemsKey(IEnumerable<string> ids) => $"item {string.Join('\u001f', ids)}";
}

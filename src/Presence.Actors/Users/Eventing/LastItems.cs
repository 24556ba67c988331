using System.Collections.Frozen;
using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Sends the last item of each node to a client that has come and wants to know (XEP-0163 §4.3.4): the user's own at once, contacts' by asking each contact's
/// owner, in the background for those who are away.
/// </summary>
internal static class LastItems
{
    /// <summary>The user's own, to a session of the user.</summary>
    public static void ToOwn(SessionState session, FrozenSet<string> nodes, Turn turn) => Read(session.FullJid, nodes, own: true, turn);

    /// <summary>Asks every contact whose presence the user sees.</summary>
    public static void AskContacts(SessionState session, FrozenSet<string> nodes, bool onlineOnly, Turn turn)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        foreach (var contact in RosterItems.Contacts(Subscription.To, turn))
        {
            turn.Send(new EventProbeInput(ShardKey.UserId(contact), session.FullJid, nodes, onlineOnly));
        }
    }

    /// <summary>Asks one contact in the name of every available session: the subscription has just begun, or a block has ended.</summary>
    public static void AskContact(Jid contact, Turn turn)
    {
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available && session.Interests is { Count: > 0 } nodes && !turn.Environment.IsComponent(contact))
            {
                turn.Send(new EventProbeInput(ShardKey.UserId(contact.ToString()), session.FullJid, nodes, OnlineOnly: false));
            }
        }
    }

    /// <summary>A contact's client has come.</summary>
    public static void Probed(EventProbeInput input, Turn turn)
    {
        if (NodeAccess.Of(input.From, turn.User) == Reader.Contact && !turn.User.IsBlocked(input.From))
        {
            Read(input.From, input.Nodes, own: false, turn);
        }
    }

    /// <summary>The store answered.</summary>
    public static void Answer(LastItemsInput input, Turn turn)
    {
        var user = turn.User;
        user.DocumentReads = Math.Max(0, user.DocumentReads - 1);
        foreach (var row in input.Rows)
        {
            var (name, id) = EventItemName.Parts(row.Name);
            if (user.Events?.Find(name) is not { } node || node.Last is not { } last || last.Id != id || EventNode.MarkOf(last.Place) != row.Mark)
            {
                // A newer one has been published, and told, since it was asked for: after that this would be the past.
                continue;
            }

            var stamped = EventNotices.Late(node, id, row, turn);
            if (input.To.Bare != user.Jid)
            {
                turn.Send(new EventInput([ShardKey.UserId(input.To.Bare.ToString())], user.Jid, name, stamped) { Resource = input.To.Resource });
            }
            else if (user.SessionOf(input.To.Resource!) is { Available: true } session)
            {
                EventNotices.ToOwn(session, stamped, $"{name} item {id}", turn);
            }
        }
    }

    private static void Read(Jid to, FrozenSet<string> wanted, bool own, Turn turn)
    {
        var user = turn.User;
        if (user.Events is not { } nodes || user.DocumentReads >= DocumentReading.MaxReads)
        {
            return;
        }

        var names = nodes.All
            .Where(n => wanted.Contains(n.Name) && n.Configuration is { SendLast: LastItem.OnSubAndPresence, Notify: true }
                && (own || n.Configuration.Access != AccessModel.Whitelist))
            .Where(n => n.Last is not null)
            .Select(n => n.DocumentName(n.Last!.Value.Id)).ToList();
        if (names.Count == 0)
        {
            return;
        }

        user.DocumentReads++;
        var id = user.UserId;
        turn.Read(store =>
        {
            try
            {
                return new LastItemsInput(id, to, store.ReadDocuments(id, DocumentKind.EventItem, names));
            }
            catch (IOException)
            {
                return Failed();
            }
        }, Failed);

        LastItemsInput Failed() => new(id, to, []);
    }
}

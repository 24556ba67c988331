using System.Globalization;
using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The rows of a roster: which of them are shown, how they look as XML, and how a change of one becomes a write, a version and a push
/// (RFC 6121 §2.1). It must never decide what a subscription stanza or a client's request changes.
/// </summary>
public static class RosterItems
{
    /// <summary>Requests of strangers that may wait at once; past it a request is refused (<c>unsubscribed</c>).</summary>
    public const int MaxRequests = 500;

    /// <summary>
    /// Whether the row is part of the roster. One that only records a stranger's request is not (RFC 6121 §3.1.3); a name, even an empty one, says
    /// that it was made for the user.
    /// </summary>
    public static bool IsShown(RosterRow row) =>
        row.Name is not null || row.Subscription != Subscription.None || row.Ask || row.Approved || row.Groups.Count > 0;

    public static RosterRow? Find(UserState user, Jid contact) => user.Roster.GetValueOrDefault(contact.ToString());

    /// <summary>A row for a contact that has none.</summary>
    public static RosterRow New(UserState user, Jid contact, string? name = null) =>
        new(user.UserId, contact.ToString(), Subscription.None, Ask: false, PendingIn: false, Approved: false, name, [], null);

    /// <summary>Whether one more item can be taken (<see cref="SessionOptions.MaxRosterItems"/>).</summary>
    public static bool HasRoom(Turn turn) =>
        turn.User.Roster.Count < turn.Options.MaxRosterItems || turn.User.Roster.Values.Count(IsShown) < turn.Options.MaxRosterItems;

    /// <summary>Whether one more request of a stranger can be kept.</summary>
    public static bool HasRoomForRequest(UserState user) =>
        user.Roster.Count < MaxRequests || user.Roster.Values.Count(r => !IsShown(r)) < MaxRequests;

    /// <summary>Whether the contact is a user of the domain served.</summary>
    public static bool IsLocal(string contact, Turn turn)
    {
        var domain = turn.Environment.Domain.Domain;
        return contact.Length > domain.Length + 1 && contact[^(domain.Length + 1)] == '@' && contact.EndsWith(domain, StringComparison.Ordinal);
    }

    /// <summary>
    /// Users of this domain in the roster whom presence goes to or comes from. Those the user blocks are left out (XEP-0191 §5).
    /// </summary>
    public static IEnumerable<string> Contacts(Subscription direction, Turn turn)
    {
        var user = turn.User;
        foreach (var row in user.Roster.Values)
        {
            if ((row.Subscription & direction) != 0 && IsLocal(row.Contact, turn)
                && (user.Blocked is not { Count: > 0 } || (Jid.TryParse(row.Contact, out var jid) && !user.IsBlocked(jid))))
            {
                yield return row.Contact;
            }
        }
    }

    /// <summary>Ids of the users who see the user's presence, one list for each shard (sessions.md 6.5).</summary>
    public static IEnumerable<IReadOnlyList<long>> WatchersByShard(Turn turn)
    {
        Dictionary<int, List<long>>? shards = null;
        foreach (var contact in Contacts(Subscription.From, turn))
        {
            var id = ShardKey.UserId(contact);
            var shard = ShardKey.Shard(id, turn.Environment.ShardCount);
            shards ??= [];
            if (!shards.TryGetValue(shard, out var users))
            {
                shards[shard] = users = [];
            }

            users.Add(id);
        }

        return shards is null ? [] : shards.Values;
    }

    /// <summary>As <see cref="Contacts"/>, but those at external components, as gateways have them.</summary>
    public static IEnumerable<Jid> ContactsAtComponents(Subscription direction, Turn turn)
    {
        if (turn.Environment.Components.Count == 0)
        {
            yield break;
        }

        foreach (var row in turn.User.Roster.Values)
        {
            if ((row.Subscription & direction) != 0 && Jid.TryParse(row.Contact, out var contact)
                && turn.Environment.IsComponent(contact) && !turn.User.IsBlocked(contact))
            {
                yield return contact;
            }
        }
    }

    /// <summary>Writes an item as it is now: a new version of the roster, pushed to every interested client (§2.1.6).</summary>
    public static void Store(RosterRow row, Turn turn)
    {
        var shown = row with { Name = row.Name ?? "" };
        turn.Emit(new RosterItemStored(shown, turn.User.RosterVersion + 1));
        Push(shown, removed: false, turn);
    }

    /// <summary>Writes what is not shown of a row, a waiting request; a row that then says nothing goes.</summary>
    public static void StoreUnseen(RosterRow row, Turn turn)
    {
        var user = turn.User;
        turn.Emit(IsShown(row) || row.PendingIn
            ? new RosterItemStored(row, user.RosterVersion)
            : new RosterItemRemoved(user.UserId, row.Contact, user.RosterVersion));
    }

    /// <summary>Takes the item from the roster and tells every interested client.</summary>
    public static void Remove(RosterRow row, Turn turn)
    {
        turn.Emit(new RosterItemRemoved(turn.User.UserId, row.Contact, turn.User.RosterVersion + 1));
        Push(row, removed: true, turn);
    }

    public static string Version(UserState user) => user.RosterVersion.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes the <c>item</c> element (RFC 6121 §2.1.2).</summary>
    public static void Write(RosterRow row, bool removed, Utf8XmlBuilder xml)
    {
        xml.Open("item").Attr("jid", row.Contact);
        if (removed)
        {
            xml.Attr("subscription", "remove").Close();
            return;
        }

        xml.Attr("name", string.IsNullOrEmpty(row.Name) ? null : row.Name)
            .Attr("subscription", NameOf(row.Subscription))
            .Attr("ask", row.Ask ? "subscribe" : null)
            .Attr("approved", row.Approved ? "true" : null);
        foreach (var group in row.Groups)
        {
            xml.Open("group").Text(group).Close();
        }

        xml.Close();
    }

    private static void Push(RosterRow row, bool removed, Turn turn)
    {
        var (version, contact) = (Version(turn.User), Jid.Parse(row.Contact));
        foreach (var session in turn.User.Sessions)
        {
            if (session.RosterRequested)
            {
                using var xml = new Utf8XmlBuilder();
                xml.Open("iq").Attr("to", session.FullJid.ToString()).Attr("type", "set").Attr("id", "roster-" + version)
                    .Open("query", Namespaces.Roster).Attr("ver", version);
                Write(row, removed, xml);
                xml.CloseAll();
                Notices.Send(session, contact, xml.ToArray(), turn);
            }
        }
    }

    private static string NameOf(Subscription subscription) => subscription switch
    {
        Subscription.To => "to",
        Subscription.From => "from",
        Subscription.Both => "both",
        _ => "none",
    };
}

using Presence.Actors.Users;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Actors.Tests.Availability;

/// <summary>Three users of one server for tests of who sees whom; every client keeps the roster as if it had asked for it.</summary>
public abstract class Neighbours
{
    protected const string Alice = "alice@example.org";
    protected const string Bob = "bob@example.org";
    protected const string Carol = "carol@example.org";

    protected Neighbours(SessionOptions? options = null, int shardCount = 1024)
    {
        Bench = new ExecutorBench(options, new MemoryStore(shardCount));
        foreach (var jid in new[] { Alice, Bob, Carol })
        {
            Bench.AddUser(jid);
        }
    }

    protected ExecutorBench Bench { get; }

    /// <summary>A session that is resumable and interested in the roster.</summary>
    protected BenchClient Connect(string jid, string resource, bool resumable = true)
    {
        var client = Bench.Connect(jid, resource);
        if (resumable)
        {
            client.Enable();
        }

        Session(client).RosterRequested = true;
        return client;
    }

    /// <summary>As <see cref="Connect"/>, available.</summary>
    protected BenchClient LogIn(string jid, string resource, string presence = "<presence/>", bool resumable = true)
    {
        var client = Connect(jid, resource, resumable);
        client.Send(presence);
        return client;
    }

    /// <summary>Subscribes both to each other; what they received on the way is forgotten.</summary>
    protected static void Befriend(BenchClient one, BenchClient other)
    {
        Subscribe(one, other);
        Subscribe(other, one);
        one.Received.Clear();
        other.Received.Clear();
    }

    /// <summary><paramref name="watcher"/> sees <paramref name="watched"/>.</summary>
    protected static void Subscribe(BenchClient watcher, BenchClient watched)
    {
        watcher.Send($"<presence type='subscribe' to='{watched.Account}'/>");
        watched.Send($"<presence type='subscribed' to='{watcher.Account}'/>");
    }

    protected SessionState Session(BenchClient client) => Bench.User(client.Account.ToString()).SessionOf(client.FullJid!.Resource!)!;

    /// <summary>The session may be pushed to.</summary>
    protected void RegisterPush(BenchClient client) => Bench.User(client.Account.ToString()).Registrations.Add(
        new PushRegistrationRow(client.UserId, "push.example.org", client.FullJid!.Resource!, Session(client).No, null, false, false, long.MaxValue, null));

    /// <summary>Subscription, ask and pending-in of the item for a contact, or null if there is no row.</summary>
    protected (Subscription, bool, bool)? Item(string user, string contact) =>
        Bench.User(user).Roster.GetValueOrDefault(contact) is { } row ? (row.Subscription, row.Ask, row.PendingIn) : null;

    /// <summary>Presence received, less what the client itself sent and got back.</summary>
    protected static IEnumerable<XmlElement> Presences(BenchClient client) => client.Presences.Where(p => p.Attr("from") != client.FullJid!.ToString());

    /// <summary>The same, as "type/show from" with "available" for no type; addresses without the domain.</summary>
    protected static IEnumerable<string> Seen(BenchClient client) => Presences(client).Select(p =>
        $"{p.Attr("type") ?? p.Child("show")?.Text ?? "available"} {p.Attr("from")!.Replace("@example.org", "", StringComparison.Ordinal)}");

    /// <summary>Roster pushes received, as "contact subscription ask".</summary>
    protected static IEnumerable<string> Pushed(BenchClient client) => client.Received
        .Where(e => e.Name == "iq" && e.Attr("type") == "set")
        .Select(e => e.Child("query", Namespaces.Roster)!.Child("item")!)
        .Select(i => $"{i.Attr("jid")!.Split('@')[0]} {i.Attr("subscription")}{(i.Attr("ask") is null ? "" : " asked")}");
}

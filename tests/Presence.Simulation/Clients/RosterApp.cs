using Presence.Protocol.Xml;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Clients;

/// <summary>What an app does with its roster: fetches it, follows the pushes, names contacts, leaves them, asks and answers. It must never change its copy but by the server's word.</summary>
internal static class RosterApp
{
    private static readonly string[] s_types = ["subscribe", "subscribe", "unsubscribe", "unsubscribed"];

    public static IEnumerable<Choice> Wishes(SimDevice device, World world)
    {
        if (world.Settings.Rosters == 0)
        {
            yield break;
        }

        var session = device.Session!;
        if (session.Roster is null && (session.RosterAsked == 0 || world.Now - session.RosterAsked > 3000))
        {
            yield return new Choice(20, $"{device.Name} fetches its roster", () => Ask(device, world));
        }

        foreach (var asker in session.Requests)
        {
            yield return new Choice(10, $"{device.Name} lets {asker} in", () => Answer(device, asker));
            break;
        }

        if (!world.Calm)
        {
            var other = world.Dice.OneOf(world.Accounts);
            if (other != device.Account)
            {
                yield return new Choice(world.Settings.Rosters, $"{device.Name} names {other.Jid}", () => device.Send(Phrases.NameContact(other.Jid.ToString(), $"n{world.Dice.Below(1000)}")));
                var type = world.Dice.OneOf(s_types);
                yield return new Choice(world.Settings.Rosters, $"{device.Name} sends {type} to {other.Jid}", () => device.Send(Phrases.Subscription(type, other.Jid.ToString())));
            }
        }
    }

    /// <summary>A roster, or a push of one item.</summary>
    public static void Received(SimSession session, byte[] bytes)
    {
        var iq = XmlElement.Parse(bytes);
        if (iq.Child("query", Namespaces.Roster) is not { } query)
        {
            return;
        }

        if (iq.Attr("type") == "result")
        {
            session.Roster = [];
        }

        foreach (var item in query.Children.Where(c => c.Name == "item"))
        {
            var (jid, subscription) = (item.Attr("jid")!, item.Attr("subscription") ?? "none");
            if (subscription == "remove")
            {
                session.Roster?.Remove(jid);
            }
            else if (session.Roster is { } roster)
            {
                roster[jid] = $"{subscription} {item.Attr("ask")} {item.Attr("name")}";
            }

            if (subscription is not ("to" or "both"))
            {
                // Whoever is not followed any more is not shown (RFC 6121 §3.2.3).
                foreach (var gone in session.Contacts.Keys.Where(k => k.StartsWith(jid + "/", StringComparison.Ordinal)).ToList())
                {
                    session.Contacts.Remove(gone);
                }
            }
        }
    }

    private static void Ask(SimDevice device, World world)
    {
        device.Session!.RosterAsked = world.Now;
        device.Send(Phrases.AskRoster);
    }

    private static void Answer(SimDevice device, string asker)
    {
        device.Session!.Requests.Remove(asker);
        device.Send(Phrases.Subscription("subscribed", asker));
    }
}

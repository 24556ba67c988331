using System.Text;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Clients;

/// <summary>
/// What an app does on a stream that works: says it is there, switches features on, reads the archive, keeps a list of who is there. Every wish is a choice
/// of the scheduler; it must never wait for an answer that may be lost.
/// </summary>
internal static class App
{
    public static IEnumerable<Choice> Wishes(SimDevice device, World world)
    {
        var (session, traits) = (device.Session!, device.Traits);
        if (traits.Archive && !session.Archive)
        {
            yield return new Choice(20, $"{device.Name} asks the archive", () => AskArchive(device, null));
        }
        else if (!session.Available)
        {
            yield return new Choice(20, $"{device.Name} comes online", () => ComeOnline(device, world));
        }

        if (traits.Carbons && !session.Carbons)
        {
            yield return new Choice(15, $"{device.Name} enables carbons", () => Say(device, () => session.Carbons = true, Phrases.EnableCarbons));
        }

        if (traits.Push && !session.Push)
        {
            yield return new Choice(15, $"{device.Name} enables push", () => Say(device, () => session.Push = true, Phrases.EnablePush(device.Name, traits.Hold)));
        }

        foreach (var wish in RosterApp.Wishes(device, world).Concat(KeptApp.Wishes(device, world)))
        {
            yield return wish;
        }

        if (world.Calm)
        {
            if (session.Inactive)
            {
                yield return new Choice(20, $"{device.Name} becomes active", () => device.SetActive(true));
            }

            yield break;
        }

        yield return new Choice(2, $"{device.Name} changes state", () => device.SetActive(session.Inactive));
        yield return new Choice(1, $"{device.Name} logs out", device.LogOut);
        if (traits.Toggles && session.Available)
        {
            yield return new Choice(2, $"{device.Name} hides", () => Say(device, () => session.Available = false, Phrases.Unavailable));
        }
    }

    /// <summary>Takes note of presence and of the end of an archive page.</summary>
    public static void Received(SimDevice device, SimSession? session, byte[] bytes)
    {
        if (session is null)
        {
            return;
        }

        if (bytes.AsSpan().IndexOf("jabber:iq:roster"u8) >= 0)
        {
            RosterApp.Received(session, bytes);
        }
        else if (bytes.AsSpan().IndexOf("id='keep-"u8) >= 0 || bytes.AsSpan().IndexOf("id='look-"u8) >= 0)
        {
            KeptApp.Received(device, bytes);
        }
        else if (bytes.AsSpan().StartsWith("<presence"u8))
        {
            Contact(session, Phrases.Parse(Encoding.UTF8.GetString(bytes)));
        }
        else if (bytes.AsSpan().IndexOf("<fin "u8) >= 0 && device.Idle)
        {
            var text = Encoding.UTF8.GetString(bytes);
            var (from, to) = (text.IndexOf("<last>", StringComparison.Ordinal) + 6, text.IndexOf("</last>", StringComparison.Ordinal));
            if (to > 0 && !text.Contains("complete=", StringComparison.Ordinal))
            {
                AskArchive(device, text[from..to]);
            }
        }
    }

    private static void Contact(SimSession session, Protocol.Stanzas.Stanza stanza)
    {
        if (stanza is { Type: Protocol.Stanzas.StanzaType.Subscribe, From: { } asker })
        {
            session.Requests.Add(asker.Bare.ToString());
        }

        if (stanza.From is not { } from || stanza.Type is not (Protocol.Stanzas.StanzaType.Available or Protocol.Stanzas.StanzaType.Unavailable))
        {
            return;
        }

        var key = from.ToString();
        if (stanza.Type == Protocol.Stanzas.StanzaType.Available)
        {
            session.Contacts[key] = stanza.ToElement().Child("show")?.Text ?? "available";
            return;
        }

        foreach (var gone in session.Contacts.Keys.Where(k => k == key || (from.Resource is null && k.StartsWith(key + "/", StringComparison.Ordinal))).ToList())
        {
            session.Contacts.Remove(gone);
        }
    }

    private static void ComeOnline(SimDevice device, World world)
    {
        device.Session!.Available = true;
        device.Session.TimesOnline++;
        device.LastUse = world.Now;
        var priority = device.Traits.Toggles && !world.Calm && world.Dice.Chance(200) ? -1 : 0;
        device.Send(Phrases.Available(priority));
        if (priority < 0)
        {
            // It changes its mind at once or later; meanwhile nothing is for it.
            device.Session.Available = false;
        }
    }

    private static void AskArchive(SimDevice device, string? after)
    {
        device.Session!.Archive = true;
        device.Send(Phrases.AskArchive(after));
    }

    private static void Say(SimDevice device, Action note, string xml)
    {
        note();
        device.Send(xml);
    }
}

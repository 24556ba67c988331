using System.Text;

namespace Presence.Protocol.Xml;

/// <summary>
/// Hands out one shared string for names that occur all the time, so that reading them allocates nothing. It must never
/// grow at run time: an unknown name simply costs a string.
/// </summary>
internal static class KnownNames
{
    private const int LongestKnown = 64;
    private const int Slots = 1024;

    private static readonly string[] Local =
    [
        "a", "abort", "accept", "acknowledged", "active", "auth", "bind", "block", "blocklist", "body", "c", "chat", "command",
        "composing", "delay", "disable", "displayed", "enable", "enabled", "encrypted", "encryption", "error", "failed",
        "feature", "fin", "finish", "flip-page", "forwarded", "gone", "groupchat", "headline", "html", "id", "identity", "idle",
        "inactive", "invite", "iq", "item", "items", "jingle", "lang", "list", "markable", "max", "message", "name", "no-copy",
        "no-permanent-store", "no-store", "node", "normal", "nick", "origin-id", "password", "paused", "ping", "prefs", "presence",
        "previd", "priority", "private", "proceed", "propose", "publish", "pubsub", "query", "r", "reactions", "received",
        "remove", "replace", "reply", "request", "required", "resource", "response", "result", "resume", "resumed", "reject",
        "retract", "ringing", "rsm", "sent", "session", "set", "show", "stanza-id", "starttls", "status", "store", "stream",
        "subject", "subscription", "thread", "to", "type", "unavailable", "unblock", "unsubscribe", "unsubscribed", "subscribe",
        "subscribed", "value", "var", "vCard", "ver", "version", "x", "1.0", "en",
    ];

    private static readonly (byte[] Utf8, string Text)[] Table = Build();

    public static string Intern(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        if (utf8.Length <= LongestKnown)
        {
            for (var slot = Hash(utf8); Table[slot].Utf8 is { } known; slot = (slot + 1) % Slots)
            {
                if (utf8.SequenceEqual(known))
                {
                    return Table[slot].Text;
                }
            }
        }

        return Encoding.UTF8.GetString(utf8);
    }

    private static int Hash(ReadOnlySpan<byte> utf8)
    {
        // Namespaces differ mostly at their ends, names anywhere; the table is fixed, so nobody can crowd a slot.
        var hash = (uint)utf8.Length * 0x9E3779B1;
        foreach (var b in utf8.Length > 12 ? utf8[^12..] : utf8)
        {
            hash = (hash ^ b) * 0x01000193;
        }

        return (int)((hash ^ (hash >> 15)) % Slots);
    }

    private static (byte[] Utf8, string Text)[] Build()
    {
        var table = new (byte[] Utf8, string Text)[Slots];
        foreach (var text in Namespaces.All.Concat(Local))
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            var slot = Hash(utf8);
            while (table[slot].Utf8 is not null)
            {
                slot = (slot + 1) % Slots;
            }

            table[slot] = (utf8, text);
        }

        return table;
    }
}

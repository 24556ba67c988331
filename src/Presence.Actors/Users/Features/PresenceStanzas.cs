using System.Globalization;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Reads and makes the bytes of presence stanzas (RFC 6121 §4.7). Pure: it must never know a session or a roster, and what it does not have
/// to change it leaves as it came.
/// </summary>
public static class PresenceStanzas
{
    /// <summary>§4.7.2.3. False if there is a priority that is no integer from -128 to 127; none is 0.</summary>
    public static bool TryPriority(Stanza presence, out sbyte priority)
    {
        priority = 0;
        return TextOf(presence, "priority") is not { } text
            || sbyte.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out priority);
    }

    /// <summary>§4.7.2.1: the availability as the client spelt it, or null.</summary>
    public static string? ShowOf(Stanza presence) => TextOf(presence, "show")?.Trim();

    /// <summary>XEP-0319: since when the user has not touched the client, in Unix milliseconds; null if not said or unreadable.</summary>
    public static long? IdleSince(Stanza presence)
    {
        if (!presence.Has(PayloadFlags.Idle) || presence.ToElement().Child("idle", Namespaces.Idle)?.Attr("since") is not { } since)
        {
            return null;
        }

        return DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds() : null;
    }

    /// <summary>
    /// What contacts are shown while the client is suspended (sessions.md 3.2): away, if it was plainly available or chatty; otherwise the same
    /// array, since what the user said about being busy or gone stays.
    /// </summary>
    public static byte[] Away(byte[] presence) =>
        Stanza.TryParseStamped(presence, out var stanza) && ShowOf(stanza) is null or "" or "chat" ? WithShow(presence, "away") : presence;

    /// <summary>The stamped presence with another <c>show</c>; the rest as it was.</summary>
    public static byte[] WithShow(byte[] presence, string show)
    {
        if (!Stanza.TryParseStamped(presence, out var stanza))
        {
            return presence;
        }

        var (start, length) = stanza.TryGetChild("show", Namespaces.Client, out var child)
            ? (child.Start, child.Length)
            : (stanza.Content.Start.Value, 0);
        using var xml = new Utf8XmlBuilder(presence.Length + 32);
        xml.Raw(presence.AsSpan(0, start)).Open("show").Text(show).Close().Raw(presence.AsSpan(start + length));
        return xml.ToArray();
    }

    /// <summary>§4.5: <c>unavailable</c>, stamped. From a bare JID: none of its resources is there.</summary>
    public static byte[] Unavailable(Jid from, Jid? to = null) => Make("unavailable", from, to);

    /// <summary>§4.3.1, stamped.</summary>
    public static byte[] Probe(Jid from, Jid to) => Make("probe", from, to);

    /// <summary>A subscription stanza without content (§3), stamped.</summary>
    public static byte[] Subscription(StanzaType type, Jid from, Jid to) => Make(
        type switch
        {
            StanzaType.Subscribe => "subscribe",
            StanzaType.Subscribed => "subscribed",
            StanzaType.Unsubscribe => "unsubscribe",
            StanzaType.Unsubscribed => "unsubscribed",
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        },
        from.Bare,
        to.Bare);

    private static byte[] Make(string type, Jid from, Jid? to)
    {
        using var xml = new Utf8XmlBuilder(256);
        xml.Open("presence").Attr("from", from.ToString()).Attr("to", to?.ToString()).Attr("type", type).EndTag().Close();
        return xml.ToArray();
    }

    private static string? TextOf(Stanza presence, string name)
    {
        if (!presence.TryGetChild(name, Namespaces.Client, out var child))
        {
            return null;
        }

        // Anything but plain text is rare: then the tree reads it.
        var content = presence.Bytes.AsSpan(child.Content);
        return content.IndexOfAny((byte)'<', (byte)'&') < 0
            ? System.Text.Encoding.UTF8.GetString(content)
            : presence.ToElement().Child(name, Namespaces.Client)?.Text;
    }
}

using System.Text;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// Which message another one takes back, and what is left of it (XEP-0424, also in its form before version 0.4; XEP-0308 for the corrections that go
/// with it). It reads and builds; whether a retraction is its author's is not known here.
/// </summary>
public static class Retraction
{
    /// <summary>Id of the message that is taken back; null if the stanza is no retraction or names none.</summary>
    public static string? TargetOf(Stanza message) => !message.Has(PayloadFlags.Retraction) ? null
        : ChildId(message, "retract", Namespaces.MessageRetract1) ?? ChildId(message, "apply-to", Namespaces.Fastening);

    /// <summary>Whether the id means this message: as its <c>id</c>, or as its origin-id (XEP-0359), which the older form names.</summary>
    public static bool IsNamed(Stanza message, string id) =>
        message.Id == id || (message.Has(PayloadFlags.OriginId) && ChildId(message, "origin-id", Namespaces.StanzaIds) == id);

    /// <summary>Whether this message corrects the one of that id (XEP-0308).</summary>
    public static bool Corrects(Stanza message, string id) =>
        message.Has(PayloadFlags.Correction) && ChildId(message, "replace", Namespaces.MessageCorrect) == id;

    /// <summary>
    /// Bytes that a message with this id has somewhere in it: the longest part of the id that XML writes in one way only. Empty if there is none.
    /// </summary>
    public static byte[] TraceOf(string id) => Encoding.UTF8.GetBytes(id.Split('&', '<', '>', '\'', '"').MaxBy(part => part.Length) ?? "");

    /// <summary>XEP-0424 §5: who, to whom, which and when, and nothing of what was said.</summary>
    /// <param name="original">A stamped message.</param>
    /// <param name="retraction">The <c>id</c> of the retraction; null if it has none.</param>
    /// <param name="at">When it was taken back.</param>
    public static byte[] Tombstone(Stanza original, string? retraction, DateTimeOffset at)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("message");
        foreach (var name in (string[])["from", "to", "id", "type", "xml:lang"])
        {
            xml.Attr(name, original.Attribute(name));
        }

        xml.Open("retracted", Namespaces.MessageRetract1).Attr("id", retraction)
            .Attr("stamp", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));
        return xml.CloseAll().ToArray();
    }

    private static string? ChildId(Stanza message, string name, string ns) =>
        message.TryGetChild(name, ns, out var child) && StartTagReader.TryFind(message.ChildBytes(child), "id"u8, out var value) && value.Length > 0
            ? Encoding.UTF8.GetString(value) : null;
}

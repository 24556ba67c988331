using System.Xml;
using System.Xml.Linq;

namespace Presence.Chaos.Fuzz;

/// <summary>Stanzas as trees, read and written by the platform's own XML, which shares no fault with the node's.</summary>
internal static class Tree
{
    private const string Open = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

    /// <exception cref="XmlException">The text is no well-formed element.</exception>
    public static XElement Parse(string text) => XDocument.Parse(Open + text + "</stream:stream>", LoadOptions.PreserveWhitespace).Root!.Elements().Single();

    /// <summary>The element as text, as it stands within a stream.</summary>
    public static string Write(XElement element) => element.ToString(SaveOptions.DisableFormatting);

    /// <summary>Whether the platform's reader, which knows names by the fourth edition of XML 1.0, stumbles over one that the fifth allows (RFC 6120 refers to that).</summary>
    public static bool IsOfFifthEdition(XmlException e) =>
        (e.Message.StartsWith("Name cannot begin", StringComparison.Ordinal) || e.Message.Contains("included in a name", StringComparison.Ordinal)
            || e.Message.Contains("is an unexpected token", StringComparison.Ordinal))
        && e.Message.Any(c => c > 0x7F);

    /// <summary>Reads what a node sent, from its stream header on; what is wrong with it, or null, and the elements; null where the platform cannot read them.</summary>
    /// <param name="received">Ends with a whole element, or with the stream's end.</param>
    public static string? Check(string received, out IReadOnlyList<XElement>? elements)
    {
        elements = null;
        var whole = received.TrimEnd().EndsWith("</stream:stream>", StringComparison.Ordinal) ? received : received + "</stream:stream>";
        try
        {
            elements = [.. XDocument.Parse(whole).Root!.Elements()];
            return null;
        }
        catch (XmlException e) when (IsOfFifthEdition(e))
        {
            return null;
        }
        catch (XmlException e)
        {
            return $"what the node sent is not well formed: {e.Message}";
        }
    }
}

using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Stanzas are kept as if they stood in <c>jabber:client</c>; on a component's stream the same bytes stand in <c>jabber:component:accept</c> (XEP-0114).
/// Only a stanza that names either namespace in so many words has to be written anew; it must never change what stands in any other.
/// </summary>
public static class ComponentNamespace
{
    /// <summary>A stanza as kept, for a component's stream.</summary>
    public static ReadOnlyMemory<byte> ForComponent(ReadOnlyMemory<byte> stanza) =>
        stanza.Span.IndexOf(Utf8Namespaces.Client) < 0 ? stanza : XmlElement.Parse(stanza.Span).ToBytes();

    /// <summary>A stanza read from a component's stream, as kept; <c>null</c> if it would be too big.</summary>
    public static Stanza? FromComponent(Stanza stanza, XmlLimits limits)
    {
        if (stanza.Bytes.AsSpan().IndexOf(Utf8Namespaces.ComponentAccept) < 0)
        {
            return stanza;
        }

        return Stanza.TryParse(Renamed(stanza.ToElement()).ToBytes(), out var renamed, limits) ? renamed : null;
    }

    private static XmlElement Renamed(XmlElement element)
    {
        var ns = element.Namespace == Namespaces.ComponentAccept ? Namespaces.Client : element.Namespace;
        return new XmlElement(
            element.Name, ns, element.Attributes, [.. element.Nodes.Select(node => node.Element is { } child ? Renamed(child) : node)]);
    }
}

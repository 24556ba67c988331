using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// What outgoing elements lack when each is a message of its own (RFC 7395 §3.3): the declarations that a stream header would have made. It must
/// never look beyond an element's start tag.
/// </summary>
public static class StreamFraming
{
    /// <summary>The WebSocket subprotocol (RFC 7395 §3.1).</summary>
    public const string Subprotocol = "xmpp";

    /// <summary>The end of a framed stream.</summary>
    public static ReadOnlySpan<byte> Close => "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>"u8;

    /// <summary>A stream header as the <c>open</c> element.</summary>
    public static byte[] Open(StreamHeader header)
    {
        using var builder = new Utf8XmlBuilder();
        return builder.Open("open", Namespaces.Framing)
            .Attr("id", header.Id).Attr("from", header.From).Attr("to", header.To).Attr("version", header.Version).Attr("xml:lang", header.Lang)
            .Close().ToArray();
    }

    /// <summary>What has to be inserted behind the element's name so that it stands alone; empty if nothing.</summary>
    /// <param name="element">Begins with the element's name and those attributes of which <c>xmlns</c> may be one, none cut.</param>
    /// <param name="nameEnd">Where to insert.</param>
    public static ReadOnlySpan<byte> MissingDeclaration(ReadOnlySpan<byte> element, out int nameEnd)
    {
        var tag = new StartTagReader(element);
        nameEnd = tag.NameEnd > 1 ? tag.NameEnd : element.Length;
        if (element.StartsWith("<stream:"u8))
        {
            return " xmlns:stream='http://etherx.jabber.org/streams'"u8;
        }

        while (tag.MoveNext())
        {
            if (tag.Name.SequenceEqual("xmlns"u8))
            {
                return default;
            }
        }

        return " xmlns='jabber:client'"u8;
    }
}

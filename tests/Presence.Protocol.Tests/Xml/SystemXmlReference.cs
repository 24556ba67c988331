using System.Collections.Immutable;
using System.Text;
using System.Xml;
using Presence.Protocol.Xml;
using XmlAttribute = Presence.Protocol.Xml.XmlAttribute;
using XmlElement = Presence.Protocol.Xml.XmlElement;
using XmlNode = Presence.Protocol.Xml.XmlNode;

namespace Presence.Protocol.Tests.Xml;

/// <summary>
/// What System.Xml makes of the same bytes, cut down to what XMPP allows: one element, no comments or instructions. It
/// is the judge in the differential tests and must never use the code under test except for the tree's type.
/// </summary>
internal static class SystemXmlReference
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = true,
        ConformanceLevel = ConformanceLevel.Document,
    };

    /// <summary>The document's root, or <c>null</c> if it is to be refused.</summary>
    public static XmlElement? Read(byte[] utf8)
    {
        try
        {
            var text = Strict.GetString(utf8);
            if (!text.StartsWith('<') || !text.EndsWith('>'))
            {
                return null;
            }

            using var reader = XmlReader.Create(new StringReader(text), Settings);
            return ReadRoot(reader);
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static XmlElement? ReadRoot(XmlReader reader)
    {
        XmlElement? root = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                return null;
            }

            root = ReadElement(reader);
            if (root is null)
            {
                return null;
            }
        }

        return root;
    }

    private static XmlElement? ReadElement(XmlReader reader)
    {
        var (name, ns, empty) = (reader.LocalName, reader.NamespaceURI, reader.IsEmptyElement);
        var attributes = ImmutableArray.CreateBuilder<XmlAttribute>();
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI != Namespaces.Xmlns)
            {
                attributes.Add(new XmlAttribute(reader.LocalName, reader.NamespaceURI, reader.Value));
            }
        }

        var nodes = ImmutableArray.CreateBuilder<XmlNode>();
        var text = new StringBuilder();
        while (!empty && reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    Flush(text, nodes);
                    if (ReadElement(reader) is not { } child)
                    {
                        return null;
                    }

                    nodes.Add(child);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    text.Append(reader.Value);
                    break;
                default:
                    return null;
            }
        }

        Flush(text, nodes);
        return new XmlElement(name, ns, attributes.DrainToImmutable(), nodes.DrainToImmutable());
    }

    private static void Flush(StringBuilder text, ImmutableArray<XmlNode>.Builder nodes)
    {
        if (text.Length > 0)
        {
            nodes.Add(text.ToString());
            text.Clear();
        }
    }
}

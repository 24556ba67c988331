using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Presence.Protocol.Xml;

/// <summary>
/// A small immutable tree for IQ payloads and tests. It must never be used on the path that messages and presence
/// take; those are forwarded as bytes.
/// </summary>
public sealed class XmlElement
{
    public XmlElement(string name, string ns, ImmutableArray<XmlAttribute> attributes = default, ImmutableArray<XmlNode> nodes = default)
    {
        Name = name;
        Namespace = ns;
        Attributes = attributes.IsDefault ? [] : attributes;
        Nodes = nodes.IsDefault ? [] : nodes;
    }

    /// <summary>Local name.</summary>
    public string Name { get; }

    public string Namespace { get; }

    public ImmutableArray<XmlAttribute> Attributes { get; }

    /// <summary>Children and text in document order.</summary>
    public ImmutableArray<XmlNode> Nodes { get; }

    /// <summary>The child elements in document order.</summary>
    public IEnumerable<XmlElement> Children => throw new NotImplementedException();

    /// <summary>The text directly inside this element, joined.</summary>
    public string Text => throw new NotImplementedException();

    /// <summary>Parses bytes known to be good: constants, tests, what <see cref="Stanzas.Stanza"/> has checked.</summary>
    /// <exception cref="FormatException">The bytes are not one well-formed element.</exception>
    public static XmlElement Parse(ReadOnlySpan<byte> utf8, string defaultNamespace = Namespaces.Client) => throw new NotImplementedException();

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static XmlElement Parse(string xml, string defaultNamespace = Namespaces.Client) => throw new NotImplementedException();

    /// <param name="utf8">One element, nothing before or after it.</param>
    /// <param name="defaultNamespace">What an unprefixed element without any declaration is in.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out XmlElement? element, string defaultNamespace = Namespaces.Client, XmlLimits? limits = null) =>
        throw new NotImplementedException();

    /// <summary>The first child element with this local name and namespace.</summary>
    public XmlElement? Child(string name, string ns) => throw new NotImplementedException();

    /// <summary>The first child element with this local name in the same namespace as this element.</summary>
    public XmlElement? Child(string name) => Child(name, Namespace);

    /// <summary>The value of an attribute, or <c>null</c>.</summary>
    public string? Attr(string name, string ns = "") => throw new NotImplementedException();

    /// <summary>Writes the element; <c>xmlns</c> appears wherever the namespace differs from the one around it.</summary>
    public void WriteTo(Utf8XmlBuilder builder, string contextNamespace = Namespaces.Client) => throw new NotImplementedException();

    public byte[] ToBytes(string contextNamespace = Namespaces.Client) => throw new NotImplementedException();

    public override string ToString() => throw new NotImplementedException();
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Xml;

/// <summary>
/// A small immutable tree for IQ payloads and tests. It must never be used on the path that messages and presence
/// take; those are forwarded as bytes.
/// </summary>
/// <remarks>
/// Equal when names, namespaces, attributes (in any order) and nodes are. Prefixes, comments and the difference
/// between text and CDATA are not kept.
/// </remarks>
public sealed class XmlElement : IEquatable<XmlElement>
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
    public IEnumerable<XmlElement> Children
    {
        get
        {
            foreach (var node in Nodes)
            {
                if (node.Element is { } element)
                {
                    yield return element;
                }
            }
        }
    }

    /// <summary>The text directly inside this element, joined.</summary>
    public string Text => Nodes.Length == 1 ? Nodes[0].Text ?? "" : string.Concat(Nodes.Select(node => node.Text));

    /// <summary>Parses bytes known to be good: constants, tests, what <see cref="Stanzas.Stanza"/> has checked.</summary>
    /// <exception cref="FormatException">The bytes are not one well-formed element.</exception>
    public static XmlElement Parse(ReadOnlySpan<byte> utf8, string defaultNamespace = Namespaces.Client) =>
        TryParse(utf8, out var element, defaultNamespace, XmlLimits.None) ? element : throw new FormatException("Not one well-formed element.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static XmlElement Parse(string xml, string defaultNamespace = Namespaces.Client) => Parse(Encoding.UTF8.GetBytes(xml), defaultNamespace);

    /// <param name="utf8">One element, nothing before or after it.</param>
    /// <param name="defaultNamespace">What an unprefixed element without any declaration is in.</param>
    /// <param name="limits">Depth, attributes and names; the size is the caller's to limit. After login if <c>null</c>.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out XmlElement? element, string defaultNamespace = Namespaces.Client, XmlLimits? limits = null)
    {
        var outer = defaultNamespace == Namespaces.Client
            ? NamespaceScope.ClientOnly
            : [new NamespaceBinding([], Encoding.UTF8.GetBytes(defaultNamespace))];
        element = XmlTreeReader.Read(utf8, outer, limits ?? XmlLimits.AfterLogin);
        return element is not null;
    }

    /// <summary>The first child element with this local name and namespace.</summary>
    public XmlElement? Child(string name, string ns)
    {
        foreach (var node in Nodes)
        {
            if (node.Element is { } element && element.Name == name && element.Namespace == ns)
            {
                return element;
            }
        }

        return null;
    }

    /// <summary>The first child element with this local name in the same namespace as this element.</summary>
    public XmlElement? Child(string name) => Child(name, Namespace);

    /// <summary>The value of an attribute, or <c>null</c>.</summary>
    public string? Attr(string name, string ns = "")
    {
        foreach (var attribute in Attributes)
        {
            if (attribute.Name == name && attribute.Namespace == ns)
            {
                return attribute.Value;
            }
        }

        return null;
    }

    /// <summary>Writes the element; <c>xmlns</c> appears wherever the namespace differs from the one around it.</summary>
    public void WriteTo(Utf8XmlBuilder builder, string contextNamespace = Namespaces.Client) =>
        TryWriteTo(builder, contextNamespace, int.MaxValue);

    public byte[] ToBytes(string contextNamespace = Namespaces.Client)
    {
        using var builder = new Utf8XmlBuilder();
        WriteTo(builder, contextNamespace);
        return builder.ToArray();
    }

    public override string ToString() => Encoding.UTF8.GetString(ToBytes());

    public bool Equals(XmlElement? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Name == other.Name && Namespace == other.Namespace && Attributes.Length == other.Attributes.Length
            && Attributes.All(attribute => other.Attributes.Contains(attribute))
            && Nodes.SequenceEqual(other.Nodes));

    public override bool Equals(object? obj) => Equals(obj as XmlElement);

    public override int GetHashCode() => HashCode.Combine(Name, Namespace, Attributes.Length, Nodes.Length);

    /// <summary>As <see cref="WriteTo"/>, but gives up once the builder holds more than so many bytes.</summary>
    internal bool TryWriteTo(Utf8XmlBuilder builder, string contextNamespace, int maxBytes)
    {
        builder.Open(Name);
        if (Namespace != contextNamespace)
        {
            builder.Attr("xmlns", Namespace);
        }

        WriteAttributes(builder);
        foreach (var node in Nodes)
        {
            if (builder.Length > maxBytes || (node.Element is { } child && !child.TryWriteTo(builder, Namespace, maxBytes)))
            {
                return false;
            }

            builder.Text(node.Text);
        }

        builder.Close();
        return builder.Length <= maxBytes;
    }

    private void WriteAttributes(Utf8XmlBuilder builder)
    {
        var prefixes = 0;
        foreach (var (name, ns, value) in Attributes)
        {
            if (ns.Length == 0)
            {
                builder.Attr(name, value);
            }
            else if (ns == Namespaces.Xml)
            {
                builder.Attr("xml:" + name, value);
            }
            else
            {
                // A prefix of its own for each attribute: rare enough, and never in conflict.
                var prefix = "ns" + (++prefixes).ToString(System.Globalization.CultureInfo.InvariantCulture);
                builder.Attr("xmlns:" + prefix, ns).Attr(prefix + ":" + name, value);
            }
        }
    }
}

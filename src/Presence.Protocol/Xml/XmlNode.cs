using System.Diagnostics.CodeAnalysis;

namespace Presence.Protocol.Xml;

/// <summary>Either a child element or a piece of text. It must never be both; the default value is empty text.</summary>
public readonly struct XmlNode : IEquatable<XmlNode>
{
    private readonly object? _value;

    private XmlNode(object value) => _value = value;

    public XmlElement? Element => _value as XmlElement;

    /// <summary>The text, or <c>null</c> if this is an element.</summary>
    public string? Text => _value is null ? "" : _value as string;

    public static implicit operator XmlNode(XmlElement element) => new(element);

    public static implicit operator XmlNode(string text) => new(text);

    public static XmlNode FromXmlElement(XmlElement element) => new(element);

    public static XmlNode FromString(string text) => new(text);

    public static bool operator ==(XmlNode left, XmlNode right) => left.Equals(right);

    public static bool operator !=(XmlNode left, XmlNode right) => !left.Equals(right);

    public bool Equals(XmlNode other) => Element is { } element ? element.Equals(other.Element) : Text == other.Text;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is XmlNode other && Equals(other);

    public override int GetHashCode() => _value?.GetHashCode() ?? 0;
}

namespace Presence.Protocol.Xml;

/// <summary>One attribute of an <see cref="XmlElement"/>, its value decoded. It must never be a namespace declaration; the writer makes those.</summary>
/// <param name="Name">Local name.</param>
/// <param name="Namespace">Namespace name; empty for an attribute without prefix.</param>
public readonly record struct XmlAttribute(string Name, string Namespace, string Value);

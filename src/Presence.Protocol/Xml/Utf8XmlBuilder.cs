namespace Presence.Protocol.Xml;

/// <summary>
/// Writes XML as UTF-8 into one growing pooled buffer, escaping what must be escaped. It must never check namespaces
/// or validity: names are the caller's constants, only values and text come from outside.
/// </summary>
/// <remarks>
/// Not thread-safe; dispose it to give the buffer back. Characters that XML 1.0 does not allow become U+FFFD, so the
/// output is well-formed whatever the input.
/// </remarks>
public sealed class Utf8XmlBuilder : IDisposable
{
    public Utf8XmlBuilder(int capacity = 512) => _ = capacity;

    /// <summary>Bytes written so far; an open start tag is without its <c>&gt;</c> until something follows it.</summary>
    public int Length => throw new NotImplementedException();

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => throw new NotImplementedException();

    /// <summary>Opens an element in the namespace around it.</summary>
    public Utf8XmlBuilder Open(string name) => throw new NotImplementedException();

    /// <summary>Opens an element with its own default namespace declaration.</summary>
    public Utf8XmlBuilder Open(string name, string ns) => Open(name).Attr("xmlns", ns);

    /// <inheritdoc cref="Open(string)"/>
    public Utf8XmlBuilder Open(ReadOnlySpan<byte> name) => throw new NotImplementedException();

    /// <inheritdoc cref="Open(string, string)"/>
    public Utf8XmlBuilder Open(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) => Open(name).Attr("xmlns"u8, ns);

    /// <summary>Adds an attribute to the start tag just opened; nothing if <paramref name="value"/> is <c>null</c>.</summary>
    /// <exception cref="InvalidOperationException">No start tag is open.</exception>
    public Utf8XmlBuilder Attr(string name, string? value) => throw new NotImplementedException();

    /// <inheritdoc cref="Attr(string, string?)"/>
    public Utf8XmlBuilder Attr(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>Adds an attribute with a number in decimal digits.</summary>
    public Utf8XmlBuilder Attr(string name, long value) => throw new NotImplementedException();

    /// <summary>Adds text; nothing if it is <c>null</c>.</summary>
    public Utf8XmlBuilder Text(string? text) => throw new NotImplementedException();

    /// <inheritdoc cref="Text(string?)"/>
    public Utf8XmlBuilder Text(ReadOnlySpan<byte> utf8) => throw new NotImplementedException();

    /// <summary>Closes the innermost open element, as an empty-element tag if nothing was put into it.</summary>
    /// <exception cref="InvalidOperationException">No element is open.</exception>
    public Utf8XmlBuilder Close() => throw new NotImplementedException();

    /// <summary>Closes every element still open.</summary>
    public Utf8XmlBuilder CloseAll() => throw new NotImplementedException();

    /// <summary>Opens and closes an empty element.</summary>
    public Utf8XmlBuilder Empty(string name) => Open(name).Close();

    /// <summary>Opens and closes an empty element with its own namespace.</summary>
    public Utf8XmlBuilder Empty(string name, string ns) => Open(name, ns).Close();

    /// <summary>Adds bytes that are XML already, unchecked.</summary>
    public Utf8XmlBuilder Raw(ReadOnlySpan<byte> xml) => throw new NotImplementedException();

    /// <summary>A copy of what was written, of exactly its size.</summary>
    public byte[] ToArray() => throw new NotImplementedException();

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}

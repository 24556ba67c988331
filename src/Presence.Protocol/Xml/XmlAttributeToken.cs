namespace Presence.Protocol.Xml;

/// <summary>
/// Where one attribute of the current start tag stands, in offsets from the start of the data. It must never outlive
/// the next <see cref="XmlTokenizer.Read"/>.
/// </summary>
/// <param name="NameStart">Offset of the name, prefix included.</param>
/// <param name="NameLength">Bytes of the name, prefix included.</param>
/// <param name="PrefixLength">Bytes of the prefix without its colon; 0 if there is none.</param>
/// <param name="ValueStart">Offset behind the opening quote.</param>
/// <param name="ValueLength">Bytes up to the closing quote, still escaped.</param>
public readonly record struct XmlAttributeToken(int NameStart, int NameLength, int PrefixLength, int ValueStart, int ValueLength)
{
    /// <summary>Offset of the local name.</summary>
    public int LocalStart => PrefixLength == 0 ? NameStart : NameStart + PrefixLength + 1;

    /// <summary>Bytes of the local name.</summary>
    public int LocalLength => NameStart + NameLength - LocalStart;
}

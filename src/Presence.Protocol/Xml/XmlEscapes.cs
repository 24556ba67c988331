using System.Buffers;

namespace Presence.Protocol.Xml;

/// <summary>
/// What must not stand in text or between quotes as it is, and what stands there instead. It must never be given bytes
/// that are not UTF-8.
/// </summary>
internal static class XmlEscapes
{
    /// <summary>Bytes to look at in character data. A raw CR would be read as a line feed.</summary>
    public static readonly SearchValues<byte> InText = Build("<>&\r"u8);

    /// <summary>Bytes to look at in attribute values. Raw white space other than a space would be read as one.</summary>
    public static readonly SearchValues<byte> InValue = Build("<&'\"\t\r\n"u8);

    /// <summary>What to write for the character that <paramref name="at"/> begins with.</summary>
    /// <param name="at">Begins with one of the bytes to look at.</param>
    /// <param name="length">Bytes that are replaced.</param>
    public static ReadOnlySpan<byte> Replace(ReadOnlySpan<byte> at, out int length)
    {
        length = at[0] == 0xEF ? 3 : 1;
        return at[0] switch
        {
            (byte)'<' => "&lt;"u8,
            (byte)'>' => "&gt;"u8,
            (byte)'&' => "&amp;"u8,
            (byte)'\'' => "&apos;"u8,
            (byte)'"' => "&quot;"u8,
            (byte)'\t' => "&#9;"u8,
            (byte)'\n' => "&#10;"u8,
            (byte)'\r' => "&#13;"u8,
            0xEF when at[1] != 0xBF || at[2] < 0xBE => at[..3],
            _ => "\uFFFD"u8,
        };
    }

    private static SearchValues<byte> Build(ReadOnlySpan<byte> special)
    {
        // 0xEF starts U+FFFE and U+FFFF, among others.
        var escapes = new List<byte> { 0xEF };
        for (var b = 0; b < 128; b++)
        {
            if (special.Contains((byte)b) || !XmlChars.IsAllowed(b))
            {
                escapes.Add((byte)b);
            }
        }

        return SearchValues.Create(escapes.ToArray());
    }
}

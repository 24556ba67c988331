using System.Buffers;
using System.Text;

namespace Presence.Protocol.Xml;

/// <summary>
/// Turns escaped bytes that the tokenizer has accepted into what they mean: references expanded, line ends and
/// attribute white space normalised (XML 1.0 §2.11, §3.3.3). It must never be given unchecked bytes.
/// </summary>
internal static class XmlDecoder
{
    private static readonly SearchValues<byte> TextEscapes = SearchValues.Create("&\r"u8);
    private static readonly SearchValues<byte> ValueEscapes = SearchValues.Create("&\r\n\t"u8);

    public static bool NeedsDecoding(ReadOnlySpan<byte> raw, bool isValue) => raw.ContainsAny(isValue ? ValueEscapes : TextEscapes);

    public static string ToText(ReadOnlySpan<byte> raw) => ToString(raw, isValue: false);

    public static string ToValue(ReadOnlySpan<byte> raw) => ToString(raw, isValue: true);

    /// <summary>The content of a CDATA section: only line ends change.</summary>
    public static string ToCData(ReadOnlySpan<byte> raw) =>
        Encoding.UTF8.GetString(raw).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    public static byte[] ToValueBytes(ReadOnlySpan<byte> raw)
    {
        var decoded = new byte[raw.Length];
        return decoded[..Decode(raw, decoded, isValue: true)];
    }

    private static string ToString(ReadOnlySpan<byte> raw, bool isValue)
    {
        if (!NeedsDecoding(raw, isValue))
        {
            return KnownNames.Intern(raw);
        }

        var rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var text = Encoding.UTF8.GetString(rented, 0, Decode(raw, rented, isValue));
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>Decodes into a buffer at least as long as the input; the result is never longer.</summary>
    private static int Decode(ReadOnlySpan<byte> raw, Span<byte> target, bool isValue)
    {
        var written = 0;
        for (var i = 0; i < raw.Length;)
        {
            var b = raw[i];
            if (b == '&')
            {
                if (XmlReference.Read(raw[i..], out var length, out var codePoint) != XmlReference.Status.Complete)
                {
                    return written;
                }

                written += new Rune(codePoint).EncodeToUtf8(target[written..]);
                i += length;
                continue;
            }

            if (b == '\r')
            {
                // CR LF is one line end, a CR alone is one too.
                i += i + 1 < raw.Length && raw[i + 1] == '\n' ? 1 : 0;
                b = (byte)'\n';
            }

            target[written++] = isValue && (b is (byte)'\n' or (byte)'\t') ? (byte)' ' : b;
            i++;
        }

        return written;
    }
}

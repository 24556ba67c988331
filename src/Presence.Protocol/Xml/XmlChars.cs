using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Presence.Protocol.Xml;

/// <summary>
/// Which bytes may stand where: characters of XML 1.0 §2.2, names of §2.3, UTF-8 by RFC 3629. It must never know about
/// tags or text; it judges runs of bytes.
/// </summary>
internal static class XmlChars
{
    /// <summary>Bytes at which a scan over text must stop: markup, references, illegal controls and all non-ASCII.</summary>
    public static readonly SearchValues<byte> TextStops = Stops("<&]"u8, nonAscii: true);

    /// <summary>As <see cref="TextStops"/>, but runs on through non-ASCII bytes.</summary>
    public static readonly SearchValues<byte> TextAsciiStops = Stops("<&]"u8, nonAscii: false);

    /// <summary>Stops of a scan over an attribute value between its quotes.</summary>
    public static readonly SearchValues<byte> ValueStops = Stops("<&"u8, nonAscii: true);

    /// <summary>As <see cref="ValueStops"/>, but runs on through non-ASCII bytes.</summary>
    public static readonly SearchValues<byte> ValueAsciiStops = Stops("<&"u8, nonAscii: false);

    /// <summary>Stops of a scan over a CDATA section.</summary>
    public static readonly SearchValues<byte> CDataStops = Stops("]"u8, nonAscii: true);

    /// <summary>As <see cref="CDataStops"/>, but runs on through non-ASCII bytes.</summary>
    public static readonly SearchValues<byte> CDataAsciiStops = Stops("]"u8, nonAscii: false);

    private const byte Start = 1;
    private const byte Part = 2;

    private static readonly byte[] AsciiNames = BuildNames();

    public enum RunStatus
    {
        Valid,

        /// <summary>Valid up to the end, where a character is cut off.</summary>
        Incomplete,
        BadEncoding,
        BadCharacter,
    }

    public static bool IsWhitespace(byte b) => b is 0x20 or 0x09 or 0x0A or 0x0D;

    /// <summary>A character that XML 1.0 allows (§2.2).</summary>
    public static bool IsAllowed(int codePoint) =>
        codePoint is (>= 0x20 and <= 0xD7FF) or 0x09 or 0x0A or 0x0D or (>= 0xE000 and <= 0xFFFD) or (>= 0x10000 and <= 0x10FFFF);

    /// <summary>Checks a run that starts with a non-ASCII byte.</summary>
    /// <param name="run">Bytes without illegal controls.</param>
    /// <param name="length">How much of it is valid.</param>
    public static RunStatus CheckRun(ReadOnlySpan<byte> run, out int length)
    {
        length = run.Length;
        if (Utf8.IsValid(run) && !HasNonCharacter(run))
        {
            return RunStatus.Valid;
        }

        // Something is wrong or cut off: walk, so that the first offence counts, however the input was split.
        for (length = 0; length < run.Length;)
        {
            var status = Rune.DecodeFromUtf8(run[length..], out var rune, out var consumed);
            if (status != OperationStatus.Done)
            {
                return status == OperationStatus.NeedMoreData ? RunStatus.Incomplete : RunStatus.BadEncoding;
            }

            if (!IsAllowed(rune.Value))
            {
                return RunStatus.BadCharacter;
            }

            length += consumed;
        }

        return RunStatus.Valid;
    }

    /// <summary>
    /// Scans a QName (Namespaces in XML §4) that starts at <paramref name="start"/>.
    /// </summary>
    /// <param name="prefixLength">Bytes of the prefix, 0 if there is none.</param>
    /// <returns>Offset behind the name; -1 if no name stands there or its colons are misplaced.</returns>
    public static int ScanName(ReadOnlySpan<byte> data, int start, out int prefixLength)
    {
        prefixLength = 0;
        var i = start;
        var partStart = start;
        while (i < data.Length)
        {
            var b = data[i];
            if (b >= 0x80)
            {
                var consumed = ScanNonAscii(data[i..], i == partStart);
                if (consumed == 0)
                {
                    return -1;
                }

                i += consumed;
            }
            else if (b == ':')
            {
                if (i == partStart || partStart != start)
                {
                    return -1;
                }

                prefixLength = i - start;
                partStart = ++i;
            }
            else if ((AsciiNames[b] & (i == partStart ? Start : Part)) != 0)
            {
                i++;
            }
            else
            {
                break;
            }
        }

        return i == partStart ? -1 : i;
    }

    private static int ScanNonAscii(ReadOnlySpan<byte> data, bool first)
    {
        if (Rune.DecodeFromUtf8(data, out var rune, out var consumed) != OperationStatus.Done)
        {
            return 0;
        }

        return IsNameStart(rune.Value) || (!first && IsNamePart(rune.Value)) ? consumed : 0;
    }

    private static bool IsNameStart(int c) => c is
        (>= 0xC0 and <= 0xD6) or (>= 0xD8 and <= 0xF6) or (>= 0xF8 and <= 0x2FF) or (>= 0x370 and <= 0x37D)
        or (>= 0x37F and <= 0x1FFF) or (>= 0x200C and <= 0x200D) or (>= 0x2070 and <= 0x218F) or (>= 0x2C00 and <= 0x2FEF)
        or (>= 0x3001 and <= 0xD7FF) or (>= 0xF900 and <= 0xFDCF) or (>= 0xFDF0 and <= 0xFFFD) or (>= 0x10000 and <= 0xEFFFF);

    private static bool IsNamePart(int c) => c is 0xB7 or (>= 0x300 and <= 0x36F) or (>= 0x203F and <= 0x2040);

    private static bool HasNonCharacter(ReadOnlySpan<byte> run)
    {
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF; the same last two bytes under F0-F4 are legal XML characters.
        for (var i = run.IndexOf((ReadOnlySpan<byte>)[0xEF, 0xBF]); i >= 0 && i + 2 < run.Length;)
        {
            if (run[i + 2] >= 0xBE)
            {
                return true;
            }

            var next = run[(i + 3)..].IndexOf((ReadOnlySpan<byte>)[0xEF, 0xBF]);
            i = next < 0 ? -1 : i + 3 + next;
        }

        return false;
    }

    private static SearchValues<byte> Stops(ReadOnlySpan<byte> special, bool nonAscii)
    {
        var stops = new List<byte>();
        for (var b = 0; b < (nonAscii ? 256 : 128); b++)
        {
            if (b >= 0x80 || special.Contains((byte)b) || !IsAllowed(b))
            {
                stops.Add((byte)b);
            }
        }

        return SearchValues.Create(stops.ToArray());
    }

    private static byte[] BuildNames()
    {
        var table = new byte[128];
        for (var b = 0; b < 128; b++)
        {
            if (char.IsAsciiLetter((char)b) || b == '_')
            {
                table[b] = Start | Part;
            }
            else if (char.IsAsciiDigit((char)b) || b is '-' or '.')
            {
                table[b] = Part;
            }
        }

        return table;
    }
}

using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// Judges what comes before the stream header: white space and at most one XML declaration (RFC 6120 §11.5, §11.6). It
/// must never let another encoding, a byte order mark, a DTD, an instruction or a comment pass.
/// </summary>
internal static class StreamProlog
{
    private const int LongestDeclaration = 256;

    public enum Status
    {
        /// <summary>The header's start tag begins at the offset.</summary>
        Done,
        NeedMore,

        /// <summary>An XML declaration ends at the offset.</summary>
        Declaration,
        Faulty,
    }

    /// <summary>Looks at data that begins with the first byte that is not white space.</summary>
    public static Status Read(ReadOnlySpan<byte> data, out int length, out XmlFault? fault)
    {
        length = 0;
        fault = null;
        switch (data[0])
        {
            case (byte)'<':
                break;
            case 0x00 or 0xFE or 0xFF:
                // A byte order mark of UTF-16 or UTF-32, or one of their ASCII characters.
                return Fail(XmlFault.Encoding, out fault);
            default:
                // A UTF-8 byte order mark too: RFC 6120 §11.6 takes it for a character.
                return Fail(XmlFault.BeforeRoot, out fault);
        }

        if (data.Length < 2)
        {
            return Status.NeedMore;
        }

        return data[1] switch
        {
            0x00 => Fail(XmlFault.Encoding, out fault),
            (byte)'?' => ReadDeclaration(data, out length, out fault),
            _ => Status.Done,
        };
    }

    private static Status ReadDeclaration(ReadOnlySpan<byte> data, out int length, out XmlFault? fault)
    {
        var opening = "<?xml"u8;
        fault = null;
        length = 0;
        if (data.Length <= opening.Length)
        {
            return opening.StartsWith(data) ? Status.NeedMore : Fail(XmlFault.Instruction, out fault);
        }

        if (!data.StartsWith(opening) || !XmlChars.IsWhitespace(data[opening.Length]))
        {
            return Fail(XmlFault.Instruction, out fault);
        }

        var end = data[..Math.Min(data.Length, LongestDeclaration)].IndexOf("?>"u8);
        if (end < 0)
        {
            return data.Length < LongestDeclaration ? Status.NeedMore : Fail(XmlFault.XmlDeclaration, out fault);
        }

        length = end + 2;
        fault = CheckDeclaration(data[opening.Length..end]);
        return fault is null ? Status.Declaration : Status.Faulty;
    }

    /// <summary>XML 1.0 §2.8: version, then perhaps encoding, then perhaps standalone.</summary>
    private static XmlFault? CheckDeclaration(ReadOnlySpan<byte> rest)
    {
        if (!TryTake(ref rest, "version"u8, out var version) || !version.SequenceEqual("1.0"u8))
        {
            return XmlFault.XmlDeclaration;
        }

        if (TryTake(ref rest, "encoding"u8, out var encoding) && !System.Text.Ascii.EqualsIgnoreCase(encoding, "utf-8"u8))
        {
            return XmlFault.Encoding;
        }

        if (TryTake(ref rest, "standalone"u8, out var standalone) && !standalone.SequenceEqual("yes"u8) && !standalone.SequenceEqual("no"u8))
        {
            return XmlFault.XmlDeclaration;
        }

        return rest.Trim(" \t\r\n"u8).IsEmpty ? null : XmlFault.XmlDeclaration;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var at = rest.TrimStart(" \t\r\n"u8);
        value = default;
        if (at.Length == rest.Length || !at.StartsWith(name))
        {
            return false;
        }

        at = at[name.Length..].TrimStart(" \t\r\n"u8);
        if (at.IsEmpty || at[0] != '=')
        {
            return false;
        }

        at = at[1..].TrimStart(" \t\r\n"u8);
        if (at.IsEmpty || at[0] is not ((byte)'\'' or (byte)'"'))
        {
            return false;
        }

        var end = at[1..].IndexOf(at[0]);
        if (end < 0)
        {
            return false;
        }

        value = at.Slice(1, end);
        rest = at[(end + 2)..];
        return true;
    }

    private static Status Fail(XmlFault value, out XmlFault? fault)
    {
        fault = value;
        return Status.Faulty;
    }
}

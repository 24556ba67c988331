namespace Presence.Protocol.Xml;

/// <summary>
/// Reads one reference that starts with <c>&amp;</c>: a character reference or one of the five predefined entities (XML
/// 1.0 §4.1, §4.6). It must never expand anything else; RFC 6120 §11.1 forbids all other entities.
/// </summary>
internal static class XmlReference
{
    /// <summary>Longest reference looked at. Only leading zeros could make one longer; they are refused.</summary>
    private const int MaxBytes = 64;

    public enum Status
    {
        Complete,
        NeedMore,

        /// <summary>A reference to an entity that is not predefined.</summary>
        Undefined,
        Malformed,
    }

    /// <param name="data">From the ampersand on.</param>
    /// <param name="length">Bytes of the reference, semicolon included.</param>
    /// <param name="codePoint">The character it stands for; one that XML allows.</param>
    public static Status Read(ReadOnlySpan<byte> data, out int length, out int codePoint)
    {
        length = 0;
        codePoint = 0;
        if (data.Length < 2)
        {
            return Status.NeedMore;
        }

        return data[1] == '#' ? ReadNumber(data, out length, out codePoint) : ReadName(data, out length, out codePoint);
    }

    private static Status ReadNumber(ReadOnlySpan<byte> data, out int length, out int codePoint)
    {
        length = 0;
        codePoint = 0;
        if (data.Length < 3)
        {
            return Status.NeedMore;
        }

        var hex = data[2] == 'x';
        var first = hex ? 3 : 2;
        for (var i = first; i < data.Length && i < MaxBytes; i++)
        {
            var b = data[i];
            if (b == ';')
            {
                length = i + 1;
                return i > first && XmlChars.IsAllowed(codePoint) ? Status.Complete : Status.Malformed;
            }

            var digit = hex ? HexDigit(b) : b is >= (byte)'0' and <= (byte)'9' ? b - '0' : -1;
            if (digit < 0)
            {
                return Status.Malformed;
            }

            codePoint = Math.Min((codePoint * (hex ? 16 : 10)) + digit, 0x110000);
        }

        return data.Length >= MaxBytes ? Status.Malformed : Status.NeedMore;
    }

    private static Status ReadName(ReadOnlySpan<byte> data, out int length, out int codePoint)
    {
        length = 0;
        codePoint = 0;
        for (var i = 1; i < data.Length && i < MaxBytes; i++)
        {
            var b = data[i];
            if (b == ';')
            {
                length = i + 1;
                codePoint = Predefined(data[1..i]);
                return codePoint != 0 ? Status.Complete : i == 1 ? Status.Malformed : Status.Undefined;
            }

            if (b >= 0x80)
            {
                return Status.Undefined;
            }

            if (!char.IsAsciiLetter((char)b) && b is not (byte)'_' and not (byte)':'
                && (i == 1 || (!char.IsAsciiDigit((char)b) && b is not (byte)'-' and not (byte)'.')))
            {
                return Status.Malformed;
            }
        }

        return data.Length >= MaxBytes ? Status.Undefined : Status.NeedMore;
    }

    private static int Predefined(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("amp"u8) ? '&'
        : name.SequenceEqual("lt"u8) ? '<'
        : name.SequenceEqual("gt"u8) ? '>'
        : name.SequenceEqual("apos"u8) ? '\''
        : name.SequenceEqual("quot"u8) ? '"'
        : 0;

    private static int HexDigit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}

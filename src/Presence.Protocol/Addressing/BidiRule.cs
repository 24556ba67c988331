using System.Globalization;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The Bidi rule of RFC 5893 §2: text with right-to-left letters must not change its looks with its surroundings. It is
/// asked only about text that IdentifierClass admits, and its table covers no more than that.
/// </summary>
internal static class BidiRule
{
    private enum Bidi
    {
        Left,
        Right,
        ArabicDigit,
        EuropeanDigit,
        Mark,
        Neutral,
        Barred,
    }

    /// <summary>True when the text holds a right-to-left letter or an Arabic digit, so that the rule applies.</summary>
    public static bool Concerns(ReadOnlySpan<int> text)
    {
        foreach (var c in text)
        {
            if (ClassOf(c) is Bidi.Right or Bidi.ArabicDigit)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The six conditions of RFC 5893 §2.</summary>
    public static bool Holds(ReadOnlySpan<int> text)
    {
        if (text.IsEmpty || ClassOf(text[0]) is not (Bidi.Left or Bidi.Right))
        {
            return false;
        }

        var rightToLeft = ClassOf(text[0]) is Bidi.Right;
        var seen = 0;
        var last = Bidi.Neutral;
        foreach (var c in text)
        {
            var kind = ClassOf(c);
            seen |= 1 << (int)kind;
            last = kind is Bidi.Mark ? last : kind;
        }

        const int Both = (1 << (int)Bidi.ArabicDigit) | (1 << (int)Bidi.EuropeanDigit);
        const int BarredAtRight = (1 << (int)Bidi.Left) | (1 << (int)Bidi.Barred);
        const int BarredAtLeft = (1 << (int)Bidi.Right) | (1 << (int)Bidi.ArabicDigit) | (1 << (int)Bidi.Barred);
        return rightToLeft
            ? (seen & BarredAtRight) == 0 && (seen & Both) != Both && last is Bidi.Right or Bidi.EuropeanDigit or Bidi.ArabicDigit
            : (seen & BarredAtLeft) == 0 && last is Bidi.Left or Bidi.EuropeanDigit;
    }

    // R and AL are one class here, as are ES, CS, ET, ON and BN: the rule treats them alike.
    private static Bidi ClassOf(int c)
    {
        if (c < 0x80)
        {
            return char.IsAsciiLetter((char)c) ? Bidi.Left
                : char.IsAsciiDigit((char)c) ? Bidi.EuropeanDigit
                : c is >= 0x21 and <= 0x7E ? Bidi.Neutral
                : Bidi.Barred;
        }

        return c switch
        {
            (>= 0x0660 and <= 0x0669) or (>= 0x10D30 and <= 0x10D39) => Bidi.ArabicDigit,
            >= 0x06F0 and <= 0x06F9 => Bidi.EuropeanDigit,
            0x00B7 or 0x02B9 or 0x02BA or (>= 0x02C6 and <= 0x02CF) or 0x02EC or 0x0375 or 0x200C or 0x200D or 0x2E2F
                or 0x30FB or 0xA67F or (>= 0xA717 and <= 0xA71F) or 0xA788 => Bidi.Neutral,
            0x0CBF or 0x0CC6 or 0x11A07 or 0x11A08 or 0x11C3F => Bidi.Left,
            _ when CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark => Bidi.Mark,
            _ => IsRightToLeftBlock(c) ? Bidi.Right : Bidi.Left,
        };
    }

    private static bool IsRightToLeftBlock(int c) => c is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDCF)
        or (>= 0xFDF0 and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);
}

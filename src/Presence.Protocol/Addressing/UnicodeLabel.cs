using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// One label of an internationalised host name as IDNA2008 has it (RFC 5891 §5, RFC 5892), given as U-label or A-label and
/// kept as U-label. It must never return a label that would not come back from its own ASCII form.
/// </summary>
internal static class UnicodeLabel
{
    private const string AsciiPrefix = "xn--";
    private const int MaxAsciiLabel = 63;

    /// <summary>
    /// Checks a label that is mapped already, decoding an A-label. False leaves <paramref name="prepared"/> unspecified.
    /// </summary>
    public static bool TryEnforce(string label, out string prepared)
    {
        prepared = label;
        int[] codePoints;
        if (label.StartsWith(AsciiPrefix, StringComparison.Ordinal))
        {
            if (!UnicodeSupport.CanNormalize
                || !Ascii.IsValid(label)
                || label.Length is <= 4 or > MaxAsciiLabel
                || !Punycode.TryDecode(label[AsciiPrefix.Length..], out var decoded))
            {
                return false;
            }

            codePoints = [.. decoded];
            prepared = string.Concat(decoded.Select(char.ConvertFromUtf32));

            // An A-label stands for one U-label in normal form: neither mapping nor another spelling is allowed (RFC 5891 §5.3).
            if (prepared != UnicodeSupport.Compose(ToLower(prepared)) || ToAscii(prepared) != label)
            {
                return false;
            }
        }
        else if (!UnicodeSupport.TryDecode(label, out codePoints))
        {
            return false;
        }

        return IsUnicodeLabel(prepared, codePoints) && ToAscii(prepared).Length <= MaxAsciiLabel;
    }

    /// <summary>
    /// In a name that holds any right-to-left label every label must satisfy the rule (RFC 5893 §2).
    /// </summary>
    public static bool SatisfyBidiRule(string[] labels)
    {
        var decoded = Array.ConvertAll(labels, static l => UnicodeSupport.TryDecode(l, out var c) ? c : []);
        return !Array.Exists(decoded, static c => BidiRule.Concerns(c)) || Array.TrueForAll(decoded, static c => BidiRule.Holds(c));
    }

    /// <summary>A-label of a prepared U-label; an ASCII label stays.</summary>
    public static string ToAscii(string label) =>
        Ascii.IsValid(label) || !UnicodeSupport.TryDecode(label, out var codePoints) ? label : AsciiPrefix + Punycode.Encode(codePoints);

    /// <summary>
    /// Small letters, except in Cherokee, whose stable form in IDNA2008 is the capital one.
    /// </summary>
    public static string ToLower(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u13A0', '\u13F5'))
        {
            return CaseAndWidth.ToLower(text);
        }

        var lower = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            lower.Append(rune.Value is >= 0x13A0 and <= 0x13F5 ? rune.ToString() : CaseAndWidth.ToLower(rune.ToString()));
        }

        return lower.ToString();
    }

    private static bool IsUnicodeLabel(string label, int[] codePoints) =>
        codePoints.Length > 0
        && !Ascii.IsValid(label)
        && label[0] != '-'
        && label[^1] != '-'
        && !(codePoints.Length >= 4 && codePoints[2] == '-' && codePoints[3] == '-')
        && !IsMark(codePoints[0])
        && Array.TrueForAll(codePoints, IsStable)
        && PrecisClass.IsIdentifier(label, codePoints);

    private static bool IsMark(int codePoint) => Rune.GetUnicodeCategory(new Rune(codePoint))
        is System.Globalization.UnicodeCategory.NonSpacingMark
        or System.Globalization.UnicodeCategory.SpacingCombiningMark
        or System.Globalization.UnicodeCategory.EnclosingMark;

    // What IdentifierClass admits and IDNA2008 does not: ASCII but letters, digits and hyphen; letters that case folding
    // would change; blocks of marks for symbols and music (RFC 5892 §2.2, §2.4).
    private static bool IsStable(int c) => c switch
    {
        < 0x80 => char.IsAsciiLetterLower((char)c) || char.IsAsciiDigit((char)c) || c == '-',
        0x00DF or 0x03C2 => true,
        0x0130 or 0x0345 or (>= 0x13F8 and <= 0x13FD) or (>= 0xAB70 and <= 0xABBF) => false,
        (>= 0x20D0 and <= 0x20FF) or (>= 0x1D100 and <= 0x1D1FF) or (>= 0x1D200 and <= 0x1D24F) => false,
        (>= 0x1F80 and <= 0x1FAF) or 0x1FB2 or 0x1FB3 or 0x1FB4 or 0x1FB7 or 0x1FC2 or 0x1FC3 or 0x1FC4 or 0x1FC7
            or 0x1FF2 or 0x1FF3 or 0x1FF4 or 0x1FF7 => false,
        >= 0x13A0 and <= 0x13F5 => true,
        _ => IsSmallLetter(new Rune(c)),
    };

    // Letters like U+1C80 are small themselves and yet fold to others, by way of their capital.
    private static bool IsSmallLetter(Rune rune) => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)) == rune;
}

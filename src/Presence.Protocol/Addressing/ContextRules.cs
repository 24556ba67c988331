namespace Presence.Protocol.Addressing;

/// <summary>
/// The neighbours that some code points need in order to be admitted (RFC 5892 appendix A, taken over by RFC 8264 §8).
/// It must answer false for any code point without a rule.
/// </summary>
internal static class ContextRules
{
    /// <summary>True when the code point at <paramref name="at"/> may stand where it does.</summary>
    public static bool Allow(ReadOnlySpan<int> text, int at)
    {
        var before = at > 0 ? text[at - 1] : -1;
        var after = at + 1 < text.Length ? text[at + 1] : -1;
        return text[at] switch
        {
            0x200C => JoiningTypes.IsVirama(before) || JoinsAcross(text, at),
            0x200D => JoiningTypes.IsVirama(before),
            0x00B7 => before == 'l' && after == 'l',
            0x0375 => IsGreek(after),
            0x05F3 or 0x05F4 => IsHebrew(before),
            0x30FB => HasKanaOrHan(text),
            >= 0x0660 and <= 0x0669 => !text.ContainsAnyInRange(0x06F0, 0x06F9),
            >= 0x06F0 and <= 0x06F9 => !text.ContainsAnyInRange(0x0660, 0x0669),
            _ => false,
        };
    }

    // A zero-width non-joiner breaks a cursive connection; it is admitted only where there is one to break.
    private static bool JoinsAcross(ReadOnlySpan<int> text, int at)
    {
        var left = at - 1;
        while (left >= 0 && JoiningTypes.Of(text[left]) == 'T')
        {
            left--;
        }

        var right = at + 1;
        while (right < text.Length && JoiningTypes.Of(text[right]) == 'T')
        {
            right++;
        }

        return left >= 0 && JoiningTypes.Of(text[left]) is 'L' or 'D'
            && right < text.Length && JoiningTypes.Of(text[right]) is 'R' or 'D';
    }

    private static bool HasKanaOrHan(ReadOnlySpan<int> text)
    {
        foreach (var c in text)
        {
            if (IsKanaOrHan(c))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsGreek(int c) => c is (>= 0x0370 and <= 0x0373) or (>= 0x0375 and <= 0x0377) or (>= 0x037A and <= 0x037D)
        or 0x037F or 0x0384 or 0x0386 or (>= 0x0388 and <= 0x03E1) or (>= 0x03F0 and <= 0x03FF) or (>= 0x1D26 and <= 0x1D2A)
        or (>= 0x1F00 and <= 0x1FFE) or 0x2126 or 0xAB65 or (>= 0x10140 and <= 0x1018E) or 0x101A0;

    private static bool IsHebrew(int c) => c is (>= 0x0591 and <= 0x05F4) or (>= 0xFB1D and <= 0xFB4F);

    private static bool IsKanaOrHan(int c) => c is (>= 0x3041 and <= 0x3096) or (>= 0x309D and <= 0x309F)
        or (>= 0x30A1 and <= 0x30FA) or (>= 0x30FD and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) or (>= 0xFF66 and <= 0xFF6F)
        or (>= 0xFF71 and <= 0xFF9D) or (>= 0x1AFF0 and <= 0x1B167) or 0x1F200
        or (>= 0x2E80 and <= 0x2FD5) or 0x3005 or 0x3007 or (>= 0x3021 and <= 0x3029) or (>= 0x3038 and <= 0x303B)
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAD9) or (>= 0x16FF0 and <= 0x16FF1)
        or (>= 0x20000 and <= 0x323AF);
}

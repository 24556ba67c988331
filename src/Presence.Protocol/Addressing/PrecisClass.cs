using System.Globalization;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Decides which code points the two PRECIS string classes admit (RFC 8264 §8), from the Unicode properties the runtime
/// carries. It must never change text: mapping belongs to the profiles.
/// </summary>
internal static class PrecisClass
{
    private enum Kind
    {
        Disallowed,
        FreeformOnly,
        Valid,
        Context,
    }

    /// <summary>True when every code point belongs to IdentifierClass (RFC 8264 §4.2).</summary>
    public static bool IsIdentifier(string text, ReadOnlySpan<int> codePoints) => IsIn(text, codePoints, freeform: false);

    /// <summary>True when every code point belongs to FreeformClass (RFC 8264 §4.3).</summary>
    public static bool IsFreeform(string text, ReadOnlySpan<int> codePoints) => IsIn(text, codePoints, freeform: true);

    private static bool IsIn(string text, ReadOnlySpan<int> codePoints, bool freeform)
    {
        // Text in compatibility normal form holds no code point that has another one; the common case asks only once.
        var mayHaveCompat = !text.IsNormalized(NormalizationForm.FormKC);
        for (var i = 0; i < codePoints.Length; i++)
        {
            var admitted = Classify(codePoints[i], mayHaveCompat) switch
            {
                Kind.Valid => true,
                Kind.FreeformOnly => freeform,
                Kind.Context => ContextRules.Allow(codePoints, i),
                _ => false,
            };
            if (!admitted)
            {
                return false;
            }
        }

        return codePoints.Length > 0;
    }

    // The order of the tests is the algorithm of RFC 8264 §8.
    private static Kind Classify(int c, bool mayHaveCompat)
    {
        if (c < 0x80)
        {
            return c is >= 0x21 and <= 0x7E ? Kind.Valid : c == ' ' ? Kind.FreeformOnly : Kind.Disallowed;
        }

        if (Exception(c) is { } exception)
        {
            return exception;
        }

        var category = CharUnicodeInfo.GetUnicodeCategory(c);
        if (category is UnicodeCategory.OtherNotAssigned)
        {
            return Kind.Disallowed;
        }

        if (c is 0x200C or 0x200D)
        {
            return Kind.Context;
        }

        if (IsOldHangulJamo(c) || IsIgnorable(c) || category is UnicodeCategory.Control)
        {
            return Kind.Disallowed;
        }

        return mayHaveCompat && UnicodeSupport.HasCompatibilityForm(c) ? Kind.FreeformOnly : ByCategory(category);
    }

    private static Kind ByCategory(UnicodeCategory category) => category switch
    {
        UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ModifierLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => Kind.Valid,
        UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.Control
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => Kind.Disallowed,
        _ => Kind.FreeformOnly,
    };

    // RFC 5892 §2.6.
    private static Kind? Exception(int c) => c switch
    {
        0x00DF or 0x03C2 or 0x06FD or 0x06FE or 0x0F0B or 0x3007 => Kind.Valid,
        0x00B7 or 0x0375 or 0x05F3 or 0x05F4 or 0x30FB => Kind.Context,
        (>= 0x0660 and <= 0x0669) or (>= 0x06F0 and <= 0x06F9) => Kind.Context,
        0x0640 or 0x07FA or 0x302E or 0x302F or (>= 0x3031 and <= 0x3035) or 0x303B => Kind.Disallowed,
        _ => null,
    };

    // Hangul_Syllable_Type L, V or T.
    private static bool IsOldHangulJamo(int c) =>
        c is (>= 0x1100 and <= 0x11FF) or (>= 0xA960 and <= 0xA97C) or (>= 0xD7B0 and <= 0xD7C6) or (>= 0xD7CB and <= 0xD7FB);

    // Default_Ignorable_Code_Point; non-characters are unassigned already.
    private static bool IsIgnorable(int c) => c is 0x00AD or 0x034F or 0x061C or 0x115F or 0x1160 or 0x17B4 or 0x17B5
        or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F)
        or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8)
        or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF);
}

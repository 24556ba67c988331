using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The PRECIS profile UsernameCaseMapped (RFC 8265 §3.3): names of accounts compare without regard to case, width or
/// composition. It must never accept what the class refuses just because a mapping would have made it acceptable.
/// </summary>
internal static class UsernameProfile
{
    /// <summary>Prepares and enforces; false when the text is no username.</summary>
    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        if (Ascii.IsValid(text))
        {
            prepared = text.ToLowerInvariant();
            return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
        }

        if (!UnicodeSupport.CanNormalize || !UnicodeSupport.TryDecode(text, out _))
        {
            return false;
        }

        // §3.3.1 asks about the class before the case mapping; once more after it, since composition may bring new letters.
        var narrowed = CaseAndWidth.MapWidth(text);
        if (!UnicodeSupport.TryDecode(narrowed, out var codePoints) || !PrecisClass.IsIdentifier(narrowed, codePoints))
        {
            return false;
        }

        prepared = UnicodeSupport.Compose(CaseAndWidth.ToLower(narrowed));
        return UnicodeSupport.TryDecode(prepared, out codePoints)
            && PrecisClass.IsIdentifier(prepared, codePoints)
            && (!BidiRule.Concerns(codePoints) || BidiRule.Holds(codePoints));
    }
}

using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The two mappings that make names comparable: fullwidth and halfwidth forms to the common ones (RFC 8264 §5.2.1), capitals
/// to small letters (§5.2.3). It must never depend on the locale, nor on the place of a letter in its word.
/// </summary>
internal static class CaseAndWidth
{
    /// <summary>Replaces code points whose decomposition is of the kind wide or narrow; the text must be well-formed.</summary>
    public static string MapWidth(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uFF01', '\uFFEE') && !text.Contains('\u3000'))
        {
            return text;
        }

        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\u3000' or (>= '\uFF01' and <= '\uFFEE'))
            {
                mapped.Append(c.ToString().Normalize(NormalizationForm.FormKC));
            }
            else
            {
                mapped.Append(c);
            }
        }

        return mapped.ToString();
    }

    /// <summary>
    /// Small letters by Unicode default case conversion without its word-final sigma, which would make the case of one
    /// letter depend on the next. U+0130 is the one letter that becomes two.
    /// </summary>
    public static string ToLower(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
}

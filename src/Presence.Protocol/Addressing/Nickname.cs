using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The PRECIS profile Nickname (RFC 8266): names that people give themselves, as in a room. Two are the same when what <see cref="TryCompare"/> makes of
/// them is. It must never be used for what identifies an account.
/// </summary>
public static class Nickname
{
    /// <summary>Rounds after which a text that still changes is no nickname (RFC 8266 §2.1): the first and three more.</summary>
    private const int MaxRounds = 4;

    /// <summary>The nickname as it is shown (§2.3); false when the text is none.</summary>
    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? nickname) => TryApply(text, lower: false, out nickname);

    /// <summary>What nicknames are compared by (§2.4); false when the text is none.</summary>
    public static bool TryCompare(string text, [NotNullWhen(true)] out string? key) => TryApply(text, lower: true, out key);

    private static bool TryApply(string text, bool lower, [NotNullWhen(true)] out string? result)
    {
        result = null;
        if (text.Length > Jid.MaxTextLength || !UnicodeSupport.CanNormalize || !UnicodeSupport.TryDecode(text, out var codePoints) || !PrecisClass.IsFreeform(text, codePoints))
        {
            return false;
        }

        var current = text;
        for (var round = 0; round < MaxRounds; round++)
        {
            var spaced = MapSpaces(current);
            var next = (lower ? CaseAndWidth.ToLower(spaced) : spaced).Normalize(NormalizationForm.FormKC);
            if (next == current)
            {
                result = next;
                return next.Length > 0 && UnicodeSupport.TryDecode(next, out codePoints) && PrecisClass.IsFreeform(next, codePoints);
            }

            current = next;
        }

        return false;
    }

    // §2.1, additional mapping: every space is a plain one, none stands at an end or beside another. All lie in the basic plane.
    private static string MapSpaces(string text)
    {
        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.GetUnicodeCategory(c) is not UnicodeCategory.SpaceSeparator)
            {
                mapped.Append(c);
            }
            else if (mapped.Length > 0 && mapped[^1] != ' ')
            {
                mapped.Append(' ');
            }
        }

        return mapped.ToString().TrimEnd(' ');
    }
}

using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Says whether this process can normalise Unicode text. In invariant globalization mode the runtime returns text unchanged
/// and reports no error, and two spellings of one name would become two accounts; so the host must not start without it,
/// and the profiles refuse all text beyond ASCII rather than let it pass unnormalised.
/// </summary>
public static class UnicodeSupport
{
    /// <summary>True when <see cref="string.Normalize(NormalizationForm)"/> does its work here.</summary>
    public static bool CanNormalize { get; } =
        "e\u0301\u1100\u1161".Normalize(NormalizationForm.FormC) == "\u00E9\uAC00"
        && "\uFB01".Normalize(NormalizationForm.FormKC) == "fi";

    /// <summary>Composed form of text that is known to be well-formed UTF-16.</summary>
    internal static string Compose(string text) => text.Normalize(NormalizationForm.FormC);

    /// <summary>True when compatibility normalisation would change this code point (RFC 8264 §9.17, HasCompat).</summary>
    internal static bool HasCompatibilityForm(int codePoint)
    {
        var text = char.ConvertFromUtf32(codePoint);
        return !string.Equals(text, text.Normalize(NormalizationForm.FormKC), StringComparison.Ordinal);
    }

    /// <summary>Code points of the text; false when a surrogate stands alone, or U+FFFE is in it.</summary>
    /// <remarks>
    /// The runtime takes U+FFFE, a byte order mark the wrong way round, for a sign of broken text: to normalise it is an exception. It is no character,
    /// so no PRECIS class has it; callers that refuse here never meet the exception.
    /// </remarks>
    internal static bool TryDecode(ReadOnlySpan<char> text, out int[] codePoints)
    {
        codePoints = new int[text.Length];
        var count = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done || rune.Value == 0xFFFE)
            {
                return false;
            }

            codePoints[count++] = rune.Value;
            text = text[consumed..];
        }

        Array.Resize(ref codePoints, count);
        return true;
    }
}

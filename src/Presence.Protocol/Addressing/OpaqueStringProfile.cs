using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The PRECIS profile OpaqueString (RFC 8265 §4.2): passwords and resources, in which case and width are kept and only
/// spaces and composition are made uniform.
/// </summary>
internal static class OpaqueStringProfile
{
    /// <summary>Prepares and enforces; false when the text is empty or holds what FreeformClass refuses.</summary>
    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        if (Ascii.IsValid(text))
        {
            prepared = text;
            return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        }

        if (!UnicodeSupport.CanNormalize
            || !UnicodeSupport.TryDecode(text, out var codePoints)
            || !PrecisClass.IsFreeform(text, codePoints))
        {
            return false;
        }

        prepared = UnicodeSupport.Compose(MapSpaces(text));
        return UnicodeSupport.TryDecode(prepared, out codePoints) && PrecisClass.IsFreeform(prepared, codePoints);
    }

    // All space separators lie in the basic plane.
    private static string MapSpaces(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = char.GetUnicodeCategory(source[i]) is UnicodeCategory.SpaceSeparator ? ' ' : source[i];
        }
    });
}

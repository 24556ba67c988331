using System.Diagnostics.CodeAnalysis;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The PRECIS profile OpaqueString (RFC 8265 §4.2): passwords and resources, in which case and width are kept.
/// </summary>
internal static class OpaqueStringProfile
{
    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = text;
        return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
    }
}

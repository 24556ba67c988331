using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// The PRECIS profile UsernameCaseMapped (RFC 8265 §3.3): account names compare without regard to case or width.
/// </summary>
internal static class UsernameProfile
{
    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? prepared)
    {
        prepared = null;
        if (!Ascii.IsValid(text))
        {
            return false;
        }

        prepared = text.ToLowerInvariant();
        return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
    }
}

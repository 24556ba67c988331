using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Presence.Protocol.Sasl;

/// <summary>
/// Base64 as RFC 4648 §4 and RFC 6120 §13.9.1 want it: no white space, full padding, no stray bits. The runtime's decoder
/// is laxer, and a proof must not have a second spelling.
/// </summary>
internal static class StrictBase64
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        if (text.Length % 4 != 0 || text.ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, buffer, out var written) || !text.SequenceEqual(Convert.ToBase64String(buffer, 0, written)))
        {
            return false;
        }

        data = buffer[..written];
        return true;
    }
}

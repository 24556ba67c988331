using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Prepares the domain of an address (RFC 7622 §3.2): host names as IDNA2008 U-labels, IPv4 addresses, IPv6 addresses in
/// brackets. It must never ask the network anything.
/// </summary>
internal static class DomainPart
{
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> PlainDomain = SearchValues.Create("-.0123456789abcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Ipv6Chars = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>True for a host name of lower-case letters, digits and hyphens that is already in normal form.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Jid.MaxPartBytes || text.ContainsAnyExcept(PlainDomain))
        {
            return false;
        }

        while (true)
        {
            var dot = text.IndexOf('.');
            if (!IsPlainLabel(dot < 0 ? text : text[..dot]))
            {
                return false;
            }

            if (dot < 0)
            {
                return true;
            }

            text = text[(dot + 1)..];
        }
    }

    public static bool TryEnforce(string text, [NotNullWhen(true)] out string? domain)
    {
        if (text[0] == '[')
        {
            return TryEnforceIpv6(text, out domain);
        }

        domain = text.ToLowerInvariant();
        if (domain[^1] == '.')
        {
            domain = domain[..^1];
        }

        return IsPlain(domain);
    }

    // Hyphens in the third and fourth place are reserved for encodings such as "xn--" (RFC 5891 §4.2.3.1).
    private static bool IsPlainLabel(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= MaxLabel
        && label[0] != '-'
        && label[^1] != '-'
        && !(label.Length >= 4 && label[2] == '-' && label[3] == '-');

    private static bool TryEnforceIpv6(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        var inner = text.AsSpan(1, Math.Max(0, text.Length - 2));

        // No zone: it would mean something else on every machine.
        if (text[^1] != ']' || !inner.Contains(':') || inner.ContainsAnyExcept(Ipv6Chars) || !IPAddress.TryParse(inner, out var address))
        {
            return false;
        }

        domain = $"[{address}]";
        return true;
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Prepares the domain of an address (RFC 7622 §3.2): host names as IDNA2008 U-labels, IPv4 addresses, IPv6 addresses in
/// brackets. It must never ask the network anything.
/// </summary>
internal static class DomainPart
{
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> PlainLabel = SearchValues.Create("-0123456789abcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Ipv6Chars = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>True for a host name of lower-case letters, digits and hyphens that is already in normal form.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Jid.MaxPartBytes)
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
        domain = null;
        if (text[0] == '[')
        {
            return TryEnforceIpv6(text, out domain);
        }

        if (Ascii.IsValid(text))
        {
            text = text.ToLowerInvariant();
        }
        else if (!TryMap(text, out text))
        {
            return false;
        }

        // RFC 7622 §3.2: the dot of the root says nothing and is dropped.
        var labels = (text.EndsWith('.') ? text[..^1] : text).Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (!IsPlainLabel(labels[i]) && !UnicodeLabel.TryEnforce(labels[i], out labels[i]))
            {
                return false;
            }
        }

        domain = string.Join('.', labels);
        return UnicodeLabel.SatisfyBidiRule(labels);
    }

    /// <summary>The form that the DNS and certificates use, with A-labels; the domain must be a prepared one.</summary>
    public static string ToAscii(string domain) =>
        Ascii.IsValid(domain) ? domain : string.Join('.', domain.Split('.').Select(UnicodeLabel.ToAscii));

    // RFC 5895 §2: what users may type in place of the letters and dots that the DNS knows.
    private static bool TryMap(string text, out string mapped)
    {
        mapped = text;
        if (!UnicodeSupport.CanNormalize || !UnicodeSupport.TryDecode(text, out _))
        {
            return false;
        }

        mapped = UnicodeSupport.Compose(UnicodeLabel.ToLower(CaseAndWidth.MapWidth(text))).Replace('\u3002', '.');
        return true;
    }

    // Hyphens in the third and fourth place are reserved for encodings such as "xn--" (RFC 5891 §4.2.3.1).
    private static bool IsPlainLabel(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= MaxLabel
        && !label.ContainsAnyExcept(PlainLabel)
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

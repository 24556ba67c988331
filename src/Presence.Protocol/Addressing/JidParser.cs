using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Presence.Protocol.Addressing;

/// <summary>
/// Splits the text of an address and prepares its parts (RFC 7622 §3). Plain lower-case ASCII passes without a copy; only
/// other text meets the Unicode rules. It must never repair what the rules refuse, and never throws.
/// </summary>
internal static class JidParser
{
    // Printable ASCII without capitals, and without what RFC 7622 §3.3.1 takes out of a localpart: " & ' / : < > @
    private static readonly SearchValues<char> PlainLocal =
        SearchValues.Create("!#$%()*+,-.0123456789;=?[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<char> BarredInLocal = SearchValues.Create("\"&'/:<>@");

    /// <param name="text">The whole address.</param>
    /// <param name="same">The same text as a string, if the caller has one: kept when nothing had to change.</param>
    public static bool TryParse(ReadOnlySpan<char> text, string? same, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        if (text.Length is 0 or > Jid.MaxTextLength)
        {
            return false;
        }

        // RFC 7622 §3.2: the first slash ends the bare address, and only an at-sign before it separates.
        var slash = text.IndexOf('/');
        var bare = slash < 0 ? text : text[..slash];
        var at = bare.IndexOf('@');
        var local = at < 0 ? default : bare[..at];
        var domain = bare[(at + 1)..];
        var resource = slash < 0 ? default : text[(slash + 1)..];

        if ((at < 0 || IsPlainLocal(local)) && DomainPart.IsPlain(domain) && (slash < 0 || IsPlainResource(resource)))
        {
            jid = new Jid(same ?? text.ToString(), local.Length, bare.Length);
            return true;
        }

        string? preparedLocal = null;
        string? preparedResource = null;
        if ((at >= 0 && !TryPrepareLocal(local, null, out preparedLocal))
            || !TryPrepareDomain(domain, null, out var preparedDomain)
            || (slash >= 0 && !TryPrepareResource(resource, null, out preparedResource)))
        {
            return false;
        }

        jid = Join(preparedLocal, preparedDomain, preparedResource);
        return true;
    }

    public static bool TryPrepareLocal(ReadOnlySpan<char> text, string? same, [NotNullWhen(true)] out string? local)
    {
        if (IsPlainLocal(text))
        {
            local = same ?? text.ToString();
            return true;
        }

        // Checked after the mapping: a fullwidth at-sign becomes a plain one.
        return IsBounded(text)
            ? UsernameProfile.TryEnforce(text.ToString(), out local)
                && FitsPart(local)
                && !local.AsSpan().ContainsAny(BarredInLocal)
            : Refuse(out local);
    }

    public static bool TryPrepareDomain(ReadOnlySpan<char> text, string? same, [NotNullWhen(true)] out string? domain)
    {
        if (DomainPart.IsPlain(text))
        {
            domain = same ?? text.ToString();
            return true;
        }

        return IsBounded(text) ? DomainPart.TryEnforce(text.ToString(), out domain) && FitsPart(domain) : Refuse(out domain);
    }

    public static bool TryPrepareResource(ReadOnlySpan<char> text, string? same, [NotNullWhen(true)] out string? resource)
    {
        if (IsPlainResource(text))
        {
            resource = same ?? text.ToString();
            return true;
        }

        return IsBounded(text) ? OpaqueStringProfile.TryEnforce(text.ToString(), out resource) && FitsPart(resource) : Refuse(out resource);
    }

    private static bool IsPlainLocal(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= Jid.MaxPartBytes && !text.ContainsAnyExcept(PlainLocal);

    private static bool IsPlainResource(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= Jid.MaxPartBytes && !text.ContainsAnyExceptInRange(' ', '~');

    private static bool IsBounded(ReadOnlySpan<char> text) => text.Length is > 0 and <= Jid.MaxTextLength;

    private static bool FitsPart(string text) => Encoding.UTF8.GetByteCount(text) is > 0 and <= Jid.MaxPartBytes;

    private static bool Refuse(out string? text)
    {
        text = null;
        return false;
    }

    private static Jid Join(string? local, string domain, string? resource)
    {
        var bare = local is null ? domain : $"{local}@{domain}";
        var text = resource is null ? bare : $"{bare}/{resource}";
        return new Jid(text, local?.Length ?? 0, bare.Length);
    }
}

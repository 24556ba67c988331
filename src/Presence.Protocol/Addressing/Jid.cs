using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace Presence.Protocol.Addressing;

/// <summary>
/// An XMPP address in its normal form (RFC 7622): every instance has passed preparation and enforcement, so two addresses
/// are the same exactly when their texts are the same, ordinally. It must never hold an unprepared part, and it knows
/// nothing of who exists or where anybody is.
/// </summary>
public sealed class Jid : IEquatable<Jid>
{
    /// <summary>Longest part, in bytes of UTF-8, after preparation (RFC 7622 §3.2–§3.4).</summary>
    public const int MaxPartBytes = 1023;

    /// <summary>
    /// Longest text that is looked at, in UTF-16 units: three parts and two separators. Longer text is refused before any
    /// work is done, even where composition would have shortened it.
    /// </summary>
    public const int MaxTextLength = (3 * MaxPartBytes) + 2;

    private const int StackChars = 256;

    private readonly string _text;
    private readonly int _hash;
    private readonly ushort _localLength;
    private readonly ushort _bareLength;

    // Cut out on first use; several threads may do so at once and any of the equal results may stay.
    private string? _local;
    private string? _domain;
    private string? _resource;
    private Jid? _bare;

    /// <summary>Takes a text whose parts are prepared; the lengths say where they end.</summary>
    internal Jid(string text, int localLength, int bareLength)
    {
        _text = text;
        _localLength = (ushort)localLength;
        _bareLength = (ushort)bareLength;
        _hash = text.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>The part before the <c>@</c>, or null for the address of a domain.</summary>
    public string? Local => _localLength == 0 ? null : _local ??= _text[.._localLength];

    /// <summary>The domain: U-labels in lower case without a final dot, or an IPv4 address, or an IPv6 address in brackets.</summary>
    public string Domain => _domain ??= IsBare && _localLength == 0 ? _text : _text[DomainStart.._bareLength];

    /// <summary>The part after the first <c>/</c>, or null for a bare address.</summary>
    public string? Resource => IsBare ? null : _resource ??= _text[(_bareLength + 1)..];

    /// <summary>True when there is no resource.</summary>
    public bool IsBare => _bareLength == _text.Length;

    /// <summary>This address without its resource; the same instance when it has none.</summary>
    public Jid Bare => IsBare ? this : _bare ??= new Jid(_text[.._bareLength], _localLength, _bareLength);

    private int DomainStart => _localLength == 0 ? 0 : _localLength + 1;

    public static bool operator ==(Jid? left, Jid? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Jid? left, Jid? right) => !(left == right);

    /// <summary>Prepares an address. False when it is not one (RFC 7622 §3); never throws.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        return text is not null && JidParser.TryParse(text, text, out jid);
    }

    /// <summary>Prepares an address from UTF-8 as it came from the wire. False for malformed UTF-8 too; never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out Jid? jid)
    {
        jid = null;
        if (utf8.Length > 3 * MaxTextLength)
        {
            return false;
        }

        Span<char> chars = utf8.Length <= StackChars ? stackalloc char[StackChars] : new char[utf8.Length];
        var status = Utf8.ToUtf16(utf8, chars, out _, out var written, replaceInvalidSequences: false);
        return status == System.Buffers.OperationStatus.Done && JidParser.TryParse(chars[..written], null, out jid);
    }

    /// <summary>For configuration and tests: text that ought to be an address.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static Jid Parse(string text) =>
        TryParse(text, out var jid) ? jid : throw new FormatException($"Not an XMPP address: '{text}'");

    /// <summary>Prepares a localpart (UsernameCaseMapped less the characters of RFC 7622 §3.3.1). False when it is none.</summary>
    public static bool TryPrepareLocal(string? text, [NotNullWhen(true)] out string? local)
    {
        local = null;
        return text is not null && JidParser.TryPrepareLocal(text, text, out local);
    }

    /// <summary>Prepares a domainpart (RFC 7622 §3.2). False when it is none.</summary>
    public static bool TryPrepareDomain(string? text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        return text is not null && JidParser.TryPrepareDomain(text, text, out domain);
    }

    /// <summary>
    /// A prepared domain as the DNS and certificates spell it: U-labels become A-labels ("xn--…"), the rest stays.
    /// </summary>
    public static string ToAsciiDomain(string preparedDomain) => DomainPart.ToAscii(preparedDomain);

    /// <summary>Prepares a resourcepart (OpaqueString, RFC 7622 §3.4). False when it is none.</summary>
    public static bool TryPrepareResource(string? text, [NotNullWhen(true)] out string? resource)
    {
        resource = null;
        return text is not null && JidParser.TryPrepareResource(text, text, out resource);
    }

    /// <summary>The same account or domain with another resource.</summary>
    /// <exception cref="FormatException">The resource cannot be prepared; check foreign text with <see cref="TryPrepareResource"/>.</exception>
    public Jid WithResource(string resource) =>
        TryPrepareResource(resource, out var prepared)
            ? new Jid(string.Concat(_text.AsSpan(0, _bareLength), "/", prepared), _localLength, _bareLength)
            : throw new FormatException("Not a resourcepart");

    public bool Equals(Jid? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && string.Equals(_text, other._text, StringComparison.Ordinal));

    public override bool Equals(object? obj) => Equals(obj as Jid);

    /// <summary>Differs from process to process; never store it or derive a shard from it.</summary>
    public override int GetHashCode() => _hash;

    public override string ToString() => _text;
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// The head of one first-level element over its own exact bytes: what routing, storing and pushing need to know,
/// found in one pass and without a tree. It must never change its bytes; outgoing forms are made by <see cref="StanzaSplice"/>.
/// </summary>
/// <remarks>
/// The bytes stand alone except for the default namespace <c>jabber:client</c>, and the root has no prefix.
/// Immutable; may be read from several threads.
/// </remarks>
public sealed class Stanza
{
    private readonly StanzaChild[] _children;
    private readonly int _startTagEnd;
    private readonly int _contentEnd;
    private object? _from;

    internal Stanza(
        byte[] bytes, string name, string ns, int startTagEnd, int contentEnd, PayloadFlags payload, StanzaChild[] children)
    {
        Bytes = bytes;
        Name = name;
        Namespace = ns;
        _startTagEnd = startTagEnd;
        _contentEnd = contentEnd;
        Payload = payload;
        _children = children;
        Kind = ns == Namespaces.Client ? StanzaTypes.KindOf(name) : StanzaKind.Other;
        var type = default(ReadOnlySpan<byte>);
        var hasType = false;
        var attributes = new StartTagReader(bytes);
        while (attributes.MoveNext())
        {
            if (attributes.Name.SequenceEqual("to"u8))
            {
                ToMalformed = !Jid.TryParse(attributes.DecodedValue, out var to);
                To = to;
            }
            else if (attributes.Name.SequenceEqual("type"u8))
            {
                hasType = true;
                type = attributes.DecodedValue;
            }
        }

        Type = StanzaTypes.TypeOf(Kind, hasType, type);
    }

    public StanzaKind Kind { get; }

    /// <summary>Local name of the element.</summary>
    public string Name { get; }

    /// <summary>Namespace of the element; <c>jabber:client</c> for stanzas.</summary>
    public string Namespace { get; }

    public StanzaType Type { get; }

    /// <summary>The addressee; <c>null</c> if there is none or it is malformed.</summary>
    public Jid? To { get; }

    /// <summary><c>to</c> is present but no JID (RFC 6120 §8.3.3.8).</summary>
    public bool ToMalformed { get; }

    /// <summary>The claimed sender; <c>null</c> if there is none or it is malformed. Parsed on first use.</summary>
    public Jid? From => LoadFrom() as Jid;

    /// <summary><c>from</c> is present but no JID.</summary>
    public bool FromMalformed => LoadFrom() is true;

    /// <summary>The <c>id</c> attribute, decoded on each call.</summary>
    public string? Id => Attribute("id");

    /// <summary>The <c>xml:lang</c> attribute, decoded on each call.</summary>
    public string? Lang => Attribute("xml:lang");

    /// <summary>The whole element. Must not be written to.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where the start tag stands, from <c>&lt;</c> to <c>&gt;</c>.</summary>
    public Range StartTag => new(0, _startTagEnd);

    /// <summary>What stands between start tag and end tag; empty for an empty-element tag.</summary>
    public Range Content => new(_startTagEnd, _contentEnd);

    public PayloadFlags Payload { get; }

    /// <summary>The direct children in order.</summary>
    public ReadOnlySpan<StanzaChild> Children => _children;

    /// <summary>Parses one element that fills <paramref name="bytes"/> exactly; the array is kept, not copied, unless the root has a prefix.</summary>
    /// <returns><c>false</c> if the bytes are not one well-formed element within <paramref name="limits"/> (default: after login).</returns>
    public static bool TryParse(byte[] bytes, [NotNullWhen(true)] out Stanza? stanza, XmlLimits? limits = null)
    {
        limits ??= XmlLimits.AfterLogin;
        stanza = null;
        if (bytes.Length > limits.MaxStanzaBytes)
        {
            return false;
        }

        var reader = StanzaReader.Rent(limits, NamespaceScope.ClientOnly);
        if (reader.Read(bytes) == StanzaReader.Status.Complete && reader.Length == bytes.Length)
        {
            stanza = reader.NeedsRewriting ? Rewrite(bytes, NamespaceScope.ClientOnly, limits) : reader.ToStanza(bytes);
        }

        StanzaReader.Return(reader);
        return stanza is not null;
    }

    /// <summary>
    /// Parses again what was within the limits when it came in. No limit holds: the server's own addresses and wrapping have made it longer since, and the
    /// limits may have been wider then.
    /// </summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseStamped(byte[] bytes, [NotNullWhen(true)] out Stanza? stanza) => TryParse(bytes, out stanza, XmlLimits.None);

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(PayloadFlags flags) => (Payload & flags) == flags;

    /// <summary>Whether any of <paramref name="flags"/> is set.</summary>
    public bool HasAny(PayloadFlags flags) => (Payload & flags) != 0;

    /// <summary>The decoded value of an attribute of the start tag by its name as written, prefix included; <c>null</c> if absent.</summary>
    public string? Attribute(string name)
    {
        Span<byte> utf8 = stackalloc byte[64];
        return Encoding.UTF8.TryGetBytes(name, utf8, out var length) && StartTagReader.TryFind(Bytes, utf8[..length], out var value)
            ? KnownNames.Intern(value)
            : null;
    }

    /// <summary>The first direct child of that name and namespace; <c>false</c> if there is none.</summary>
    public bool TryGetChild(string name, string ns, out StanzaChild child)
    {
        foreach (ref readonly var candidate in Children)
        {
            if (candidate.Name == name && candidate.Namespace == ns)
            {
                child = candidate;
                return true;
            }
        }

        child = default;
        return false;
    }

    /// <summary>The bytes of one of <see cref="Children"/>; prefixes in them may be declared on the stanza.</summary>
    public ReadOnlySpan<byte> ChildBytes(in StanzaChild child) => Bytes.AsSpan(child.Range);

    /// <summary>The decoded text directly inside the element, children skipped: SASL data, for example. Parsed anew on each call.</summary>
    public string Text => _children.Length == 0 && !Bytes.AsSpan(Content).Contains((byte)'<')
        ? XmlDecoder.ToText(Bytes.AsSpan(Content))
        : ToElement().Text;

    /// <summary>The element as a tree; parsed anew on each call.</summary>
    public XmlElement ToElement() => XmlElement.Parse(Bytes);

    /// <summary>Writes an element anew so that it stands alone and its root has no prefix; <c>null</c> if that makes it too big.</summary>
    internal static Stanza? Rewrite(ReadOnlySpan<byte> bytes, ReadOnlySpan<NamespaceBinding> outer, XmlLimits limits)
    {
        var element = XmlTreeReader.Read(bytes, outer, limits);
        using var builder = new Utf8XmlBuilder(bytes.Length + 128);
        if (element is null || !element.TryWriteTo(builder, Namespaces.Client, limits.MaxStanzaBytes))
        {
            return null;
        }

        var rewritten = builder.ToArray();
        var reader = StanzaReader.Rent(limits, NamespaceScope.ClientOnly);
        var stanza = reader.Read(rewritten) == StanzaReader.Status.Complete ? reader.ToStanza(rewritten) : null;
        StanzaReader.Return(reader);
        return stanza;
    }

    // A Jid, or whether there is one that is malformed. Two threads may both parse it; either result will do.
    private object LoadFrom()
    {
        if (_from is null)
        {
            Jid? jid = null;
            var present = StartTagReader.TryFind(Bytes, "from"u8, out var value);
            _from = present && Jid.TryParse(value, out jid) ? jid : present;
        }

        return _from;
    }
}

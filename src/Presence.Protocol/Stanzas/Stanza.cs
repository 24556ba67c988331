using System.Diagnostics.CodeAnalysis;
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
    /// <summary>Parses one element that fills <paramref name="bytes"/> exactly; the array is kept, not copied.</summary>
    /// <returns><c>false</c> if the bytes are not one well-formed element within <paramref name="limits"/> (default: after login).</returns>
    public static bool TryParse(byte[] bytes, [NotNullWhen(true)] out Stanza? stanza, XmlLimits? limits = null) =>
        throw new NotImplementedException();

    public StanzaKind Kind { get; }

    /// <summary>Local name of the element.</summary>
    public string Name { get; } = "";

    /// <summary>Namespace of the element; <c>jabber:client</c> for stanzas.</summary>
    public string Namespace { get; } = "";

    public StanzaType Type { get; }

    /// <summary>The addressee; <c>null</c> if there is none or it is malformed.</summary>
    public Jid? To { get; }

    /// <summary><c>to</c> is present but no JID (RFC 6120 §8.3.3.8).</summary>
    public bool ToMalformed { get; }

    /// <summary>The claimed sender; <c>null</c> if there is none or it is malformed. Parsed on first use.</summary>
    public Jid? From => throw new NotImplementedException();

    /// <summary><c>from</c> is present but no JID.</summary>
    public bool FromMalformed => throw new NotImplementedException();

    /// <summary>The <c>id</c> attribute, decoded on each call.</summary>
    public string? Id => Attribute("id");

    /// <summary>The <c>xml:lang</c> attribute, decoded on each call.</summary>
    public string? Lang => Attribute("xml:lang");

    /// <summary>The whole element. Must not be written to.</summary>
    public byte[] Bytes { get; } = [];

    /// <summary>Where the start tag stands, from <c>&lt;</c> to <c>&gt;</c>.</summary>
    public Range StartTag { get; }

    /// <summary>What stands between start tag and end tag; empty for an empty-element tag.</summary>
    public Range Content { get; }

    public PayloadFlags Payload { get; }

    /// <summary>The direct children in order.</summary>
    public ReadOnlySpan<StanzaChild> Children => throw new NotImplementedException();

    /// <summary>Whether all of <paramref name="flags"/> are set.</summary>
    public bool Has(PayloadFlags flags) => (Payload & flags) == flags;

    /// <summary>Whether any of <paramref name="flags"/> is set.</summary>
    public bool HasAny(PayloadFlags flags) => (Payload & flags) != 0;

    /// <summary>The decoded value of an attribute of the start tag by its name as written, prefix included; <c>null</c> if absent.</summary>
    public string? Attribute(string name) => throw new NotImplementedException();

    /// <summary>The first direct child of that name and namespace; <c>false</c> if there is none.</summary>
    public bool TryGetChild(string name, string ns, out StanzaChild child) => throw new NotImplementedException();

    /// <summary>The decoded text directly inside the element, children skipped: SASL data, for example.</summary>
    public string Text => throw new NotImplementedException();

    /// <summary>The element as a tree; parsed anew on each call.</summary>
    public XmlElement ToElement() => throw new NotImplementedException();
}

using Presence.Protocol.Addressing;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// Makes outgoing bytes from received ones by cutting and joining: a new start tag, the content as it came, children
/// added before the end tag. It must never re-serialise or inspect the content.
/// </summary>
/// <remarks>
/// <em>Stamped</em> bytes are what <see cref="Stamp"/> returns: default namespace <c>jabber:client</c> understood, start
/// tag with <c>from</c> and <c>to</c> first, always an end tag, nothing after it.
/// </remarks>
public static class StanzaSplice
{
    /// <summary>
    /// The stanza with <c>from</c> and <c>to</c> set, all other attributes as they came, and its content less
    /// <paramref name="without"/>.
    /// </summary>
    /// <param name="from">The true sender; <c>null</c> leaves the attribute out.</param>
    /// <param name="to">The addressee; <c>null</c> leaves the attribute out.</param>
    /// <param name="without">Children to leave out, by index in <see cref="Stanza.Children"/>, ascending.</param>
    /// <param name="append">XML to add before the end tag.</param>
    /// <param name="defaultLang">The stream's language, added as <c>xml:lang</c> if the stanza has none (RFC 6120 §8.1.5).</param>
    public static byte[] Stamp(
        Stanza stanza, Jid? from, Jid? to, ReadOnlySpan<int> without = default, ReadOnlySpan<byte> append = default, string? defaultLang = null) =>
        throw new NotImplementedException();

    /// <summary>As <see cref="Stamp"/>, but with <c>to</c> left open.</summary>
    public static FanoutTemplate Template(
        Stanza stanza, Jid? from, ReadOnlySpan<int> without = default, ReadOnlySpan<byte> append = default, string? defaultLang = null) =>
        throw new NotImplementedException();

    /// <summary>Opens <c>to</c> of stamped bytes without copying them.</summary>
    public static FanoutTemplate Template(ReadOnlyMemory<byte> stamped) => throw new NotImplementedException();

    /// <summary>Stamped bytes with another <c>to</c>.</summary>
    public static byte[] WithTo(ReadOnlyMemory<byte> stamped, Jid? to) => throw new NotImplementedException();

    /// <summary>The indices of <c>stanza-id</c> children that claim <paramref name="by"/> (XEP-0359 §6: they are forged and must go).</summary>
    /// <returns>Ascending; empty, without allocating, in the usual case.</returns>
    public static int[] ForgedStanzaIds(Stanza stanza, Jid by) => throw new NotImplementedException();

    /// <summary>Offset just behind the <c>&gt;</c> of the start tag; -1 if there is none.</summary>
    public static int StartTagEnd(ReadOnlySpan<byte> element) => throw new NotImplementedException();

    /// <summary>Offset of the end tag of stamped bytes, where children are added.</summary>
    public static int EndTagStart(ReadOnlySpan<byte> stamped) => throw new NotImplementedException();

    /// <summary>Stamped bytes with XML added before the end tag.</summary>
    public static byte[] Append(ReadOnlySpan<byte> stamped, ReadOnlySpan<byte> xml) => throw new NotImplementedException();

    /// <summary><c>stanza-id</c> of XEP-0359.</summary>
    public static byte[] StanzaId(Jid by, string id) => throw new NotImplementedException();

    /// <summary><c>delay</c> of XEP-0203, with milliseconds in UTC.</summary>
    public static byte[] Delay(DateTimeOffset stamp, Jid? from) => throw new NotImplementedException();

    /// <summary>
    /// <c>forwarded</c> of XEP-0297 around stamped bytes, with <c>xmlns='jabber:client'</c> added to the inner stanza.
    /// </summary>
    /// <param name="delay">When the stanza was received; <c>null</c> leaves <c>delay</c> out (as in carbons).</param>
    public static byte[] Forwarded(ReadOnlySpan<byte> stamped, DateTimeOffset? delay = null) => throw new NotImplementedException();

    /// <summary>Stamped bytes that stand alone: with <c>xmlns='jabber:client'</c> on the root, for WebSocket frames (RFC 7395 §3.3.3).</summary>
    public static byte[] WithNamespace(ReadOnlySpan<byte> stamped) => throw new NotImplementedException();
}

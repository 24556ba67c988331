namespace Presence.Protocol.Stanzas;

/// <summary>
/// The head of one direct child of a stanza: what it is and where its bytes are. It must never own bytes; the offsets
/// count from the start of <see cref="Stanza.Bytes"/>.
/// </summary>
/// <param name="Name">Local name.</param>
/// <param name="Namespace">Namespace name, interned when it is a known one.</param>
/// <param name="Start">Offset of the child's <c>&lt;</c>.</param>
/// <param name="Length">Bytes up to and including its last <c>&gt;</c>.</param>
/// <param name="TagLength">Bytes of its start tag; equal to <paramref name="Length"/> for an empty-element tag.</param>
/// <param name="ContentLength">Bytes between its start tag and its end tag.</param>
public readonly record struct StanzaChild(string Name, string Namespace, int Start, int Length, int TagLength, int ContentLength)
{
    /// <summary>Where the whole child stands in the stanza.</summary>
    public Range Range => new(Start, Start + Length);

    /// <summary>Where the child's content stands in the stanza.</summary>
    public Range Content => new(Start + TagLength, Start + TagLength + ContentLength);
}

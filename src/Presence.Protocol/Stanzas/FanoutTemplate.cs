using Presence.Protocol.Addressing;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// An outgoing stanza in which only <c>to</c> is still open, so that all recipients share the same bytes. It must never
/// be cut anywhere but between two attributes of the start tag.
/// </summary>
/// <param name="Head">From the first byte to just before the <c>to</c> attribute.</param>
/// <param name="Tail">From just behind the <c>to</c> attribute to the last byte.</param>
public readonly record struct FanoutTemplate(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Tail)
{
    /// <summary>The bytes that go between head and tail for one recipient: <c> to='…'</c>, with the leading space.</summary>
    public static byte[] ToAttribute(Jid to)
    {
        var builder = StanzaSplice.Scratch();
        builder.Open("x"u8).Attr("to", to.ToString());
        return builder.WrittenSpan["<x"u8.Length..].ToArray();
    }

    /// <summary>The whole stanza for one recipient in one array; without <c>to</c> if that is <c>null</c>.</summary>
    public byte[] For(Jid? to)
    {
        var attribute = default(ReadOnlySpan<byte>);
        if (to is not null)
        {
            var builder = StanzaSplice.Scratch();
            builder.Open("x"u8).Attr("to", to.ToString());
            attribute = builder.WrittenSpan["<x"u8.Length..];
        }

        var whole = GC.AllocateUninitializedArray<byte>(Head.Length + attribute.Length + Tail.Length);
        Head.Span.CopyTo(whole);
        attribute.CopyTo(whole.AsSpan(Head.Length));
        Tail.Span.CopyTo(whole.AsSpan(Head.Length + attribute.Length));
        return whole;
    }
}

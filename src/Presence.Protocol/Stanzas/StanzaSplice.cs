using Presence.Protocol.Addressing;
using Presence.Protocol.Xml;

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
    /// <summary>A buffer that has grown beyond this is not kept.</summary>
    private const int LargestScratch = 16_384;

    [ThreadStatic]
    private static Utf8XmlBuilder? s_scratch;

    /// <summary>
    /// The stanza with <c>from</c> and <c>to</c> set, all other attributes as they came, and its content less
    /// <paramref name="without"/>.
    /// </summary>
    /// <param name="stanza">A message, presence or IQ.</param>
    /// <param name="from">The true sender; <c>null</c> leaves the attribute out.</param>
    /// <param name="to">The addressee; <c>null</c> leaves the attribute out.</param>
    /// <param name="without">Children to leave out, by index in <see cref="Stanza.Children"/>, ascending.</param>
    /// <param name="append">XML to add before the end tag.</param>
    /// <param name="defaultLang">The stream's language, added as <c>xml:lang</c> if the stanza has none (RFC 6120 §8.1.5).</param>
    public static byte[] Stamp(
        Stanza stanza, Jid? from, Jid? to, ReadOnlySpan<int> without = default, ReadOnlySpan<byte> append = default, string? defaultLang = null) =>
        Join(StartTag(stanza, from, to, defaultLang, out _), stanza, without, append);

    /// <summary>As <see cref="Stamp"/>, but with <c>to</c> left open.</summary>
    public static FanoutTemplate Template(
        Stanza stanza, Jid? from, ReadOnlySpan<int> without = default, ReadOnlySpan<byte> append = default, string? defaultLang = null)
    {
        var startTag = StartTag(stanza, from, null, defaultLang, out var cut);
        var whole = Join(startTag, stanza, without, append);
        return new FanoutTemplate(whole.AsMemory(0, cut), whole.AsMemory(cut));
    }

    /// <summary>Opens <c>to</c> of stamped bytes without copying them.</summary>
    public static FanoutTemplate Template(ReadOnlyMemory<byte> stamped)
    {
        var attributes = new StartTagReader(stamped.Span);
        var cut = attributes.NameEnd;
        while (attributes.MoveNext())
        {
            if (attributes.Name.SequenceEqual("to"u8))
            {
                // The white space before the attribute goes with it.
                var head = stamped.Span[..attributes.Start].TrimEnd(" \t\r\n"u8).Length;
                return new FanoutTemplate(stamped[..head], stamped[attributes.End..]);
            }

            cut = attributes.Name.SequenceEqual("from"u8) ? attributes.End : cut;
        }

        return new FanoutTemplate(stamped[..cut], stamped[cut..]);
    }

    /// <summary>Stamped bytes with another <c>to</c>.</summary>
    public static byte[] WithTo(ReadOnlyMemory<byte> stamped, Jid? to) => Template(stamped).For(to);

    /// <summary>The indices of <c>stanza-id</c> children that claim <paramref name="by"/> (XEP-0359 §6: they are forged and must go).</summary>
    /// <returns>Ascending; empty, without allocating, in the usual case.</returns>
    public static int[] ForgedStanzaIds(Stanza stanza, Jid by)
    {
        if (!stanza.Has(PayloadFlags.StanzaId))
        {
            return [];
        }

        var forged = new List<int>();
        for (var i = 0; i < stanza.Children.Length; i++)
        {
            ref readonly var child = ref stanza.Children[i];
            if (child.Name == "stanza-id" && child.Namespace == Namespaces.StanzaIds
                && StartTagReader.TryFind(stanza.ChildBytes(child), "by"u8, out var claimed)
                && Jid.TryParse(claimed, out var jid) && jid == by)
            {
                forged.Add(i);
            }
        }

        return [.. forged];
    }

    /// <summary>Offset just behind the <c>&gt;</c> of the start tag; -1 if there is none.</summary>
    /// <param name="element">Bytes that have been checked before.</param>
    public static int StartTagEnd(ReadOnlySpan<byte> element) => element.Length < 2 ? -1 : new StartTagReader(element).FindEnd();

    /// <summary>Offset of the end tag of stamped bytes, where children are added.</summary>
    public static int EndTagStart(ReadOnlySpan<byte> stamped) => stamped.LastIndexOf("</"u8);

    /// <summary>Stamped bytes with XML added before the end tag.</summary>
    public static byte[] Append(ReadOnlySpan<byte> stamped, ReadOnlySpan<byte> xml) => Insert(stamped, EndTagStart(stamped), xml);

    /// <summary><c>stanza-id</c> of XEP-0359.</summary>
    public static byte[] StanzaId(Jid by, string id) =>
        Scratch().Open("stanza-id"u8, Utf8Namespaces.StanzaIds).Attr("by", by.ToString()).Attr("id", id).Close().ToArray();

    /// <summary><c>delay</c> of XEP-0203, with milliseconds in UTC.</summary>
    public static byte[] Delay(DateTimeOffset stamp, Jid? from)
    {
        var builder = Scratch();
        WriteDelay(builder, stamp, from);
        return builder.ToArray();
    }

    /// <summary>
    /// <c>forwarded</c> of XEP-0297 around stamped bytes, with <c>xmlns='jabber:client'</c> added to the inner stanza.
    /// </summary>
    /// <param name="stamped">The stanza to wrap.</param>
    /// <param name="delay">When the stanza was received; <c>null</c> leaves <c>delay</c> out (as in carbons).</param>
    public static byte[] Forwarded(ReadOnlySpan<byte> stamped, DateTimeOffset? delay = null)
    {
        var builder = Scratch();
        builder.Open("forwarded"u8, Utf8Namespaces.Forward).EndTag();
        if (delay is { } stamp)
        {
            WriteDelay(builder, stamp, null);
        }

        var head = builder.WrittenSpan;
        var tail = "</forwarded>"u8;
        var nameEnd = new StartTagReader(stamped).NameEnd;
        var whole = GC.AllocateUninitializedArray<byte>(head.Length + stamped.Length + ClientDeclaration.Length + tail.Length);
        var target = Put(stamped[..nameEnd], Put(head, whole));
        Put(tail, Put(stamped[nameEnd..], Put(ClientDeclaration, target)));
        return whole;
    }

    /// <summary>Stamped bytes that can stand anywhere: with <c>xmlns='jabber:client'</c>.</summary>
    public static byte[] Standalone(ReadOnlySpan<byte> stamped) => Insert(stamped, new StartTagReader(stamped).NameEnd, ClientDeclaration);

    /// <summary>An empty builder of this thread; what it holds is gone with the next call.</summary>
    internal static Utf8XmlBuilder Scratch()
    {
        if (s_scratch is { Capacity: > LargestScratch } large)
        {
            large.Dispose();
            s_scratch = null;
        }

        var builder = s_scratch ??= new Utf8XmlBuilder();
        builder.Clear();
        return builder;
    }

    private static ReadOnlySpan<byte> ClientDeclaration => " xmlns='jabber:client'"u8;

    /// <summary>Writes the new start tag into the scratch builder; <paramref name="cut"/> is where <c>to</c> stands or would.</summary>
    private static ReadOnlySpan<byte> StartTag(Stanza stanza, Jid? from, Jid? to, string? defaultLang, out int cut)
    {
        var builder = Scratch();
        builder.Open(stanza.Name).Attr("from", from?.ToString());
        cut = builder.Length;
        builder.Attr("to", to?.ToString());
        var attributes = new StartTagReader(stanza.Bytes);
        while (attributes.MoveNext())
        {
            var name = attributes.Name;
            if (name.SequenceEqual("xml:lang"u8))
            {
                defaultLang = null;
            }

            var replaced = name.SequenceEqual("from"u8) || name.SequenceEqual("to"u8)
                || (name.SequenceEqual("xmlns"u8) && stanza.Kind != StanzaKind.Other);
            if (!replaced)
            {
                builder.RawAttribute(stanza.Bytes.AsSpan(attributes.Start..attributes.End));
            }
        }

        return builder.Attr("xml:lang", defaultLang).EndTag().WrittenSpan;
    }

    private static byte[] Join(ReadOnlySpan<byte> startTag, Stanza stanza, ReadOnlySpan<int> without, ReadOnlySpan<byte> append)
    {
        var content = stanza.Bytes.AsSpan(stanza.Content);
        var removed = 0;
        foreach (var index in without)
        {
            removed += stanza.Children[index].Length;
        }

        var nameLength = System.Text.Encoding.UTF8.GetByteCount(stanza.Name);
        var whole = GC.AllocateUninitializedArray<byte>(startTag.Length + content.Length - removed + append.Length + nameLength + "</>"u8.Length);
        var target = Put(startTag, whole);
        var copied = stanza.Content.Start.Value;
        foreach (var index in without)
        {
            ref readonly var child = ref stanza.Children[index];
            target = Put(stanza.Bytes.AsSpan(copied..child.Start), target);
            copied = child.Start + child.Length;
        }

        target = Put(stanza.Bytes.AsSpan(copied..stanza.Content.End.Value), target);
        target = Put("</"u8, Put(append, target));
        Put(">"u8, target[System.Text.Encoding.UTF8.GetBytes(stanza.Name, target)..]);
        return whole;
    }

    private static byte[] Insert(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<byte> piece)
    {
        var whole = GC.AllocateUninitializedArray<byte>(bytes.Length + piece.Length);
        Put(bytes[at..], Put(piece, Put(bytes[..at], whole)));
        return whole;
    }

    private static Span<byte> Put(ReadOnlySpan<byte> piece, Span<byte> target)
    {
        piece.CopyTo(target);
        return target[piece.Length..];
    }

    private static void WriteDelay(Utf8XmlBuilder builder, DateTimeOffset stamp, Jid? from)
    {
        Span<byte> text = stackalloc byte[32];
        stamp.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        builder.Open("delay"u8, Utf8Namespaces.Delay).Attr("from", from?.ToString()).Attr("stamp"u8, text[..length]).Close();
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Presence.Protocol.Tests.Xml;

/// <summary>
/// Generates well-formed documents in many spellings, and damages them. It must stay within what both readers judge by
/// the same rules; what only XMPP forbids is left to the damage.
/// </summary>
internal static class DocumentGenerator
{
    private static readonly string[] Prefixes = ["", "", "", "p:", "q:", "xml:"];

    private static readonly Gen<string> Name = Gen.Elements("a", "b", "body", "x-1", "_n.", "ä", "日本", "A");
    private static readonly Gen<string> Space = Gen.Elements("", "", "", " ", "\n", "\t ", "\r\n");
    private static readonly Gen<string> SomeSpace = Gen.Elements(" ", " ", "\n", "  ", "\r\n\t");
    private static readonly Gen<string> Uri = Gen.Elements("urn:1", "urn:2", "urn:1&amp;", "jabber:client", "urn: x", "urn:3", "urn:4", "urn:5", "ü");

    private static readonly Gen<string> Piece = Gen.Elements(
        "x", "hello ", "ü", "日本語", "🎈", "&amp;", "&lt;", "&gt;", "&apos;", "&quot;", "&#65;", "&#x1F388;", "&#xD;", "&#10;", "\r\n", "\r", "\n",
        "\t", "]", "]]", ">", "\u00A0", "\uFFFD", "\u0085", "=");

    private static readonly Gen<string> Text = Piece.ListOf().Select(pieces => string.Concat(pieces)).Where(text => !text.Contains("]]>", StringComparison.Ordinal));

    private static readonly Gen<string> Section =
        Gen.Elements("", "a", "<b>", "&amp;", "]", "]] >", "ü\r\n", "🎈").ListOf().Select(pieces => $"<![CDATA[{string.Concat(pieces)}]]>")
            .Where(section => section.IndexOf("]]>", StringComparison.Ordinal) == section.Length - 3);

    private static readonly Gen<string> Value =
        from text in Text
        from quote in Gen.Elements('\'', '"')
        select $"{quote}{text}{quote}";

    private static readonly Gen<string> Declaration =
        from name in Gen.Elements("xmlns", "xmlns:p", "xmlns:q")
        from uri in Uri
        select $"{name}='{uri}'";

    private static readonly Gen<string> Plain =
        from prefix in Gen.Elements(Prefixes)
        from name in Name
        from before in Space
        from after in Space
        from value in Value
        select $"{prefix}{name}{before}={after}{value}";

    private static readonly Gen<string> Damage = Gen.Elements(
        "<", ">", "&", "'", "\"", "/", "=", " ", "]]>", "<!--c-->", "<?p?>", "<![CDATA[", "<!DOCTYPE a>", "&u;", "&#0;", "&#x;", "\0", "\u0001", "\uFFFE",
        "<a>", "</a>", "<a/>", "xmlns:p=''", " xmlns='u'", " a='1' a='2'", "p:", ":", "\uFEFF", "<?xml version='1.0'?>");

    /// <summary>A document that starts with its root element and ends with it; nearly always well-formed.</summary>
    public static Gen<string> Document { get; } =
        Gen.Sized(size => Element(Math.Min(size / 10, 5))).Select(inner => $"<root xmlns:p='urn:1' xmlns:q='urn:2'>{inner}</root>");

    /// <summary>Bytes of a document with a few of them changed.</summary>
    public static Gen<byte[]> DamagedBytes { get; } =
        from document in Document
        from count in Gen.Choose(1, 3)
        from places in Gen.Choose(0, int.MaxValue - 1).ArrayOf(3)
        from kinds in Gen.Choose(0, 4).ArrayOf(3)
        from bytes in Gen.Choose(0, 255).ArrayOf(3)
        from pieces in Damage.ArrayOf(3)
        select Enumerable.Range(0, count).Aggregate(
            Encoding.UTF8.GetBytes(document),
            (data, i) => Change(data, places[i] % (data.Length + 1), kinds[i], (byte)bytes[i], Encoding.UTF8.GetBytes(pieces[i])));

    private static Gen<string> Element(int depth) =>
        from prefix in Gen.Elements("", "", "", "p:", "q:")
        from name in Name
        from attributes in Attributes
        from end in Space
        from content in depth == 0 ? Gen.Constant<string?>(null) : Content(depth - 1)
        select content is null
            ? $"<{prefix}{name}{attributes}{end}/>"
            : $"<{prefix}{name}{attributes}{end}>{content}</{prefix}{name}{end}>";

    private static Gen<string> Attributes { get; } =
        from plain in (from space in SomeSpace from attribute in Gen.OneOf(Plain, Plain, Declaration) select space + attribute).ListOf()
        select string.Concat(plain.Take(4).DistinctBy(attribute => attribute.Split('=')[0].Trim()));

    private static Gen<string?> Content(int depth) =>
        Gen.OneOf(Text, Section, Element(depth), Element(depth)).ListOf().Select(parts => (string?)string.Concat(parts.Take(5)));

    private static byte[] Change(byte[] data, int at, int kind, byte value, byte[] piece) => kind switch
    {
        0 when at < data.Length => [.. data[..at], .. data[(at + 1)..]],
        1 when at < data.Length => [.. data[..at], value, .. data[(at + 1)..]],
        2 => [.. data[..at], value, .. data[at..]],
        3 => [.. data[..at], .. data[(at / 2)..]],
        _ => [.. data[..at], .. piece, .. data[at..]],
    };
}

using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// The attributes of a stream header, received or to be sent (RFC 6120 §4.7). Addresses are kept as the peer wrote
/// them: it must never validate or look up a host, which is the negotiation's business.
/// </summary>
public sealed record StreamHeader
{
    public string? To { get; init; }

    public string? From { get; init; }

    public string? Id { get; init; }

    /// <summary>The version as written, for example <c>1.0</c>; <c>null</c> means a peer older than RFC 3920.</summary>
    public string? Version { get; init; }

    /// <summary>Default language of the stream (<c>xml:lang</c>).</summary>
    public string? Lang { get; init; }

    /// <summary>The default namespace declared on the header, empty if none (RFC 6120 §4.8.2).</summary>
    public string DefaultNamespace { get; init; } = Namespaces.Client;

    /// <summary>The header as bytes: XML declaration and the open <c>stream:stream</c> tag.</summary>
    public byte[] ToBytes()
    {
        using var builder = new Utf8XmlBuilder();
        builder.Raw("<?xml version='1.0'?>"u8)
            .Open("stream:stream")
            .Attr("xmlns", DefaultNamespace)
            .Attr("xmlns:stream", Namespaces.Streams)
            .Attr("id", Id)
            .Attr("from", From)
            .Attr("to", To)
            .Attr("version", Version)
            .Attr("xml:lang", Lang)
            .EndTag();
        return builder.ToArray();
    }

    /// <summary>Takes the attributes from the start tag that the tokenizer has just read.</summary>
    internal static StreamHeader Read(XmlTokenizer tokenizer, ReadOnlySpan<byte> data) => new()
    {
        To = Value(tokenizer, data, "to"u8),
        From = Value(tokenizer, data, "from"u8),
        Id = Value(tokenizer, data, "id"u8),
        Version = Value(tokenizer, data, "version"u8),
        Lang = Value(tokenizer, data, "xml:lang"u8),
        DefaultNamespace = Value(tokenizer, data, "xmlns"u8) ?? "",
    };

    private static string? Value(XmlTokenizer tokenizer, ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var attribute in tokenizer.Attributes)
        {
            if (data.Slice(attribute.NameStart, attribute.NameLength).SequenceEqual(name))
            {
                return XmlDecoder.ToValue(data.Slice(attribute.ValueStart, attribute.ValueLength));
            }
        }

        return null;
    }
}

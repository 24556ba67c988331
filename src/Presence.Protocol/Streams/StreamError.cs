using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// A stream error as bytes (RFC 6120 §4.9). It must never close anything itself: the caller sends the bytes, which end
/// with the stream's end tag, and then closes.
/// </summary>
public static class StreamError
{
    /// <summary>The end tag of a stream.</summary>
    public static ReadOnlySpan<byte> StreamEnd => "</stream:stream>"u8;

    /// <summary>The element name of a condition, for example <c>not-well-formed</c>.</summary>
    public static string ElementName(StreamErrorCondition condition) => ConditionNames<StreamErrorCondition>.Of(condition);

    /// <summary>The error element, followed by <c>&lt;/stream:stream&gt;</c> unless <paramref name="closeStream"/> is off.</summary>
    /// <param name="condition">Anything but <see cref="StreamErrorCondition.None"/>.</param>
    /// <param name="text">An explanation for a human, in English.</param>
    /// <param name="application">An application-specific condition (RFC 6120 §4.9.4).</param>
    /// <param name="otherHost">Host and port for <see cref="StreamErrorCondition.SeeOtherHost"/>.</param>
    /// <param name="closeStream">Whether the stream's end tag follows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The condition is none.</exception>
    public static byte[] ToBytes(
        StreamErrorCondition condition, string? text = null, XmlElement? application = null, string? otherHost = null, bool closeStream = true)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)condition, (int)StreamErrorCondition.None, nameof(condition));
        using var builder = new Utf8XmlBuilder();
        builder.Open("stream:error").Open(ElementName(condition), Namespaces.StreamErrors).Text(otherHost).Close();
        if (text is not null)
        {
            builder.Open("text", Namespaces.StreamErrors).Attr("xml:lang", "en").Text(text).Close();
        }

        application?.WriteTo(builder);
        builder.Close();
        if (closeStream)
        {
            builder.Raw(StreamEnd);
        }

        return builder.ToArray();
    }
}

using Presence.Protocol.Xml;

namespace Presence.Protocol.Streams;

/// <summary>
/// A stream error as bytes (RFC 6120 §4.9). It must never close anything itself: the caller sends the bytes, which end
/// with the stream's end tag, and then closes.
/// </summary>
public static class StreamError
{
    /// <summary>The element name of a condition, for example <c>not-well-formed</c>.</summary>
    public static string ElementName(StreamErrorCondition condition) => throw new NotImplementedException();

    /// <summary>The error element, followed by <c>&lt;/stream:stream&gt;</c> unless <paramref name="closeStream"/> is off.</summary>
    /// <param name="text">An explanation for a human, in English.</param>
    /// <param name="application">An application-specific condition (RFC 6120 §4.9.4).</param>
    /// <param name="otherHost">Host and port for <see cref="StreamErrorCondition.SeeOtherHost"/>.</param>
    public static byte[] ToBytes(
        StreamErrorCondition condition, string? text = null, XmlElement? application = null, string? otherHost = null, bool closeStream = true) =>
        throw new NotImplementedException();

    /// <summary>The end tag of a stream.</summary>
    public static ReadOnlySpan<byte> StreamEnd => "</stream:stream>"u8;
}

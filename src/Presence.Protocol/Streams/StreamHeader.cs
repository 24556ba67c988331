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
    public byte[] ToBytes() => throw new NotImplementedException();
}

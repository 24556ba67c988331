using Presence.Protocol.Stanzas;

namespace Presence.Protocol.StreamManagement;

/// <summary>
/// One element of stream management (XEP-0198), read or written. It must never keep state: counters and queues live
/// with the session.
/// </summary>
public readonly record struct SmElement(SmElementKind Kind)
{
    /// <summary><c>h</c> as on the wire; <c>null</c> if absent.</summary>
    public uint? Handled { get; init; }

    /// <summary><c>id</c> of <c>enabled</c>, <c>previd</c> of <c>resume</c> and <c>resumed</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>resume</c> of <c>enable</c> and <c>enabled</c>.</summary>
    public bool Resume { get; init; }

    /// <summary><c>max</c> in seconds of <c>enable</c> and <c>enabled</c>.</summary>
    public uint? MaxSeconds { get; init; }

    /// <summary><c>location</c> of <c>enabled</c>: host and port to resume at.</summary>
    public string? Location { get; init; }

    /// <summary>The condition in <c>failed</c>.</summary>
    public StanzaErrorCondition? Condition { get; init; }

    /// <summary>
    /// Reads an element of namespace <c>urn:xmpp:sm:3</c>. <c>false</c> if it is none, is unknown, or lacks an
    /// attribute that it must have (<c>h</c> of <c>a</c>; <c>h</c> and <c>previd</c> of <c>resume</c>): then the answer is a <c>bad-format</c> error.
    /// </summary>
    public static bool TryParse(Stanza stanza, out SmElement element) => throw new NotImplementedException();

    public byte[] ToBytes() => throw new NotImplementedException();
}

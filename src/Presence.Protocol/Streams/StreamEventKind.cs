namespace Presence.Protocol.Streams;

/// <summary>What a <see cref="StreamEvent"/> tells. It must stay in step with the properties that the event fills in.</summary>
public enum StreamEventKind
{
    /// <summary>Nothing; the default value of an event.</summary>
    None = 0,

    /// <summary>A stream header was read; <see cref="StreamEvent.Header"/> is set.</summary>
    StreamOpened,

    /// <summary>One whole first-level element was read; <see cref="StreamEvent.Stanza"/> is set.</summary>
    ElementReceived,

    /// <summary>The peer closed its stream with an end tag (RFC 6120 §4.4).</summary>
    StreamClosed,

    /// <summary>The input broke a rule; <see cref="StreamEvent.Error"/> and <see cref="StreamEvent.ErrorText"/> are set.</summary>
    Failed,
}

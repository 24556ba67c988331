using Presence.Protocol.Stanzas;

namespace Presence.Protocol.Streams;

/// <summary>
/// One thing that the stream parser found. It is a value handed to the caller and must never refer to the input
/// buffer: what it carries stays valid after that buffer is reused.
/// </summary>
public readonly struct StreamEvent
{
    private readonly object? _payload;

    private StreamEvent(StreamEventKind kind, object? payload, StreamErrorCondition error)
    {
        Kind = kind;
        _payload = payload;
        Error = error;
    }

    public StreamEventKind Kind { get; }

    /// <summary>Set on <see cref="StreamEventKind.StreamOpened"/>.</summary>
    public StreamHeader? Header => _payload as StreamHeader;

    /// <summary>Set on <see cref="StreamEventKind.ElementReceived"/>; stanzas and other first-level elements alike.</summary>
    public Stanza? Stanza => _payload as Stanza;

    /// <summary>Set on <see cref="StreamEventKind.Failed"/>.</summary>
    public StreamErrorCondition Error { get; }

    /// <summary>A short English explanation for logs and for the <c>text</c> of the stream error.</summary>
    public string? ErrorText => _payload as string;

    internal static StreamEvent Opened(StreamHeader header) => new(StreamEventKind.StreamOpened, header, default);

    internal static StreamEvent Received(Stanza stanza) => new(StreamEventKind.ElementReceived, stanza, default);

    internal static StreamEvent Closed() => new(StreamEventKind.StreamClosed, null, default);

    /// <summary>The stream has to end with this error; also for readers that have found a reason outside the XML.</summary>
    public static StreamEvent Failed(StreamErrorCondition error, string text) => new(StreamEventKind.Failed, text, error);
}

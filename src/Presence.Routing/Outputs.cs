using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Protocol.Xml;

namespace Presence.Routing;

/// <summary>What the owner tells an edge about a connection, besides stanzas. Written to the socket in the order given.</summary>
public abstract record ControlOutput;

/// <summary>The resource is bound; the edge answers the pending bind request.</summary>
public sealed record BoundOutput(Jid FullJid) : ControlOutput;

/// <summary>RFC 6120 §7.6.2 / §7.7.3.</summary>
public sealed record BindRefusedOutput(StanzaErrorCondition Condition, string? Text) : ControlOutput;

/// <summary>&lt;enabled/&gt;. <paramref name="SmId"/> null: not resumable.</summary>
public sealed record SmEnabledOutput(string? SmId, int MaxSeconds) : ControlOutput;

public sealed record SmRefusedOutput(StanzaErrorCondition Condition) : ControlOutput;

/// <summary>&lt;resumed/&gt;: the client is attached; inbound numbering goes on at <paramref name="H"/> + 1.</summary>
/// <param name="H">64 bits; the edge writes the low 32.</param>
public sealed record ResumedOutput(Jid FullJid, string SmId, long H) : ControlOutput;

/// <summary>&lt;failed/&gt;, with h when a tombstone knows it (XEP-0198 §5). The client may bind on the same stream.</summary>
public sealed record ResumeRefusedOutput(StanzaErrorCondition Condition, long? H) : ControlOutput;

/// <summary>
/// &lt;a h=…/&gt;; 64 bits, the edge writes the low 32. An early acknowledgement and the one of a commit come from two threads: the edge leaves out one
/// that is lower than the last it wrote (S3).
/// </summary>
public sealed record AckOutput(long H) : ControlOutput;

/// <summary>Close the stream, with an error if one is named. The edge sends no <see cref="DetachedInput"/> for it.</summary>
public sealed record CloseOutput(StreamErrorCondition? Condition, string? Text) : ControlOutput
{
    /// <summary>A condition of an extension beside the error's own (RFC 6120 §4.9.4).</summary>
    public XmlElement? Application { get; init; }
}

/// <summary>Takes what owners have for clients. Called from commit threads: must not block and must be safe to call from any thread.</summary>
public interface IDeliver
{
    /// <summary>Unknown connections are ignored: the owner learns of their end by <see cref="DetachedInput"/>. A connection whose write buffer is full is cut and reported detached.</summary>
    void Stanza(ConnectionId connection, in OutboundStanza stanza);

    void Control(ConnectionId connection, ControlOutput output);

    /// <summary>Called once after a run of calls: connections touched since the last one are flushed to their sockets.</summary>
    void Flush();
}

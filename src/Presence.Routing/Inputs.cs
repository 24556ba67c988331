using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;

namespace Presence.Routing;

/// <summary>
/// What an edge tells the owner of a user. The owner ignores every input whose connection is not the one attached to the session:
/// late reports of a connection that was replaced must not touch its successor (cluster-protocol 7.4).
/// </summary>
public abstract record EdgeInput(long UserId, ConnectionId Connection);

/// <summary>Resource binding after SASL (RFC 6120 §7). Answered by <see cref="BoundOutput"/> or <see cref="BindRefusedOutput"/>.</summary>
/// <param name="Account">The authenticated bare JID.</param>
/// <param name="Resource">Prepared resource the client asked for, or null to have one made.</param>
/// <param name="Remote">Peer address, for session listings only.</param>
public sealed record BindInput(long UserId, ConnectionId Connection, Jid Account, string? Resource, string Remote) : EdgeInput(UserId, Connection);

/// <summary>&lt;resume/&gt; instead of bind (XEP-0198 §5). Answered by <see cref="ResumedOutput"/> or <see cref="ResumeRefusedOutput"/>.</summary>
/// <param name="H">The client's h, 32 bits as on the wire.</param>
public sealed record ResumeInput(long UserId, ConnectionId Connection, Jid Account, string SmId, uint H, string Remote) : EdgeInput(UserId, Connection);

/// <summary>&lt;enable/&gt;. The edge counts inbound stanzas from 1 from here on. Answered by <see cref="SmEnabledOutput"/> or <see cref="SmRefusedOutput"/>.</summary>
/// <param name="MaxSeconds">The life the client would like, or null.</param>
public sealed record EnableSmInput(long UserId, ConnectionId Connection, bool Resume, int? MaxSeconds) : EdgeInput(UserId, Connection);

/// <summary>One stanza.</summary>
/// <param name="Number">Inbound number: with stream management the XEP-0198 count (first after enable or resume's h is h + 1), before it counted from 1 as well.</param>
public sealed record StanzaInput(long UserId, ConnectionId Connection, long Number, Stanza Stanza) : EdgeInput(UserId, Connection);

/// <summary>
/// An IQ request the edge dealt with itself because a password is in it (XEP-0077 §3.3). The owner counts it like a <see cref="StanzaInput"/> and sends the reply
/// under its own number, so that both ways stay counted in one place.
/// </summary>
/// <param name="Number">As of a <see cref="StanzaInput"/>; both share one count.</param>
/// <param name="Reply">A whole <c>iq</c> of type result or error, as it is to be sent.</param>
public sealed record AnsweredIqInput(long UserId, ConnectionId Connection, long Number, byte[] Reply) : EdgeInput(UserId, Connection);

/// <summary>&lt;r/&gt;: an <see cref="AckOutput"/> is due for everything up to the last stanza before it.</summary>
public sealed record AckRequestInput(long UserId, ConnectionId Connection) : EdgeInput(UserId, Connection);

/// <summary>&lt;a h=…/&gt;, 32 bits as on the wire.</summary>
public sealed record AckInput(long UserId, ConnectionId Connection, uint H) : EdgeInput(UserId, Connection);

/// <summary>Without stream management: everything up to this outbound number was handed to the operating system; it counts as delivered.</summary>
public sealed record WrittenInput(long UserId, ConnectionId Connection, long Number) : EdgeInput(UserId, Connection);

/// <summary>Client state indication (XEP-0352).</summary>
public sealed record ClientStateInput(long UserId, ConnectionId Connection, bool Active) : EdgeInput(UserId, Connection);

/// <summary>The socket is gone. <paramref name="Clean"/>: the client closed its stream, so the session ends (XEP-0198 §5).</summary>
public sealed record DetachedInput(long UserId, ConnectionId Connection, bool Clean) : EdgeInput(UserId, Connection);

/// <summary>Takes what edges have for owners. In one process the shard executor; across nodes the transport; in the simulation the network.</summary>
public interface IAccept
{
    /// <summary>
    /// Hands an input over, in order per connection. False: the owner's inbox is full and the input was NOT taken; the edge stops reading
    /// that socket until <see cref="WaitForRoomAsync"/> returns, then offers the same input again.
    /// </summary>
    bool TryAccept(EdgeInput input);

    ValueTask WaitForRoomAsync(long userId, CancellationToken cancellation);
}

using System.Collections.Frozen;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;

namespace Presence.Routing;

/// <summary>
/// One stanza of an external component (XEP-0114) for a user of the domain, or for the domain itself. The edge has checked that its <c>from</c> is at
/// the component's domain and its <c>to</c> at ours. It belongs to no session, and the protocol has no acknowledgement for it.
/// </summary>
public sealed record ComponentStanzaInput(long UserId, Stanza Stanza, Jid From, Jid To) : EdgeInput(UserId, default);

/// <summary>Takes what owners have for external components. Called from commit threads: must not block and must be safe to call from any thread.</summary>
public interface IComponents
{
    /// <summary>The domains configured for components, connected or not; fixed for the life of the process.</summary>
    FrozenSet<string> Domains { get; }

    /// <summary>
    /// Puts a stamped stanza into the write buffer of the component at <paramref name="domain"/>. False: it is not connected, or so slow that its buffer
    /// is full; the stanza was NOT taken and the caller tells the sender. True is no promise that the component has read it.
    /// </summary>
    bool TryDeliver(string domain, ReadOnlyMemory<byte> stanza);
}

/// <summary>Requests that the server itself makes of components.</summary>
public interface IComponentRequests
{
    /// <summary>Whether an address belongs to a configured component.</summary>
    bool Serves(Jid address);

    /// <summary>
    /// Sends an IQ request in the server's name and waits for its answer. Null: the component is not connected, its buffer is full, or its connection
    /// ended before it answered.
    /// </summary>
    /// <param name="id">The <c>id</c> of the request; one that is waiting already is answered with null.</param>
    /// <param name="request">Stamped, with that id, <c>from</c> the server and <c>to</c> an address of a component.</param>
    ValueTask<Stanza?> AskAsync(Jid to, string id, ReadOnlyMemory<byte> request, CancellationToken cancellation);
}

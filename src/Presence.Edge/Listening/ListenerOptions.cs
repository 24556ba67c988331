using System.Net;

namespace Presence.Edge.Listening;

/// <summary>One port to listen on. It is a value and must never hold the bound socket.</summary>
/// <param name="Port">0: a free one.</param>
public sealed record ListenerOptions(ListenerKind Kind, int Port)
{
    /// <summary>The local address; null: all, IPv6 and IPv4.</summary>
    public IPAddress? Address { get; init; }
}

using System.Net;

namespace Presence.Edge.Components;

/// <summary>Where external components connect, and within which bounds; what is not here is as for clients (<see cref="EdgeOptions"/>). The host validates it.</summary>
public sealed record ComponentOptions
{
    /// <summary>Loopback unless the operator says otherwise: the protocol has no encryption.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0: a free one, told by <see cref="ComponentServer.EndPoint"/>.</summary>
    public int Port { get; init; } = 5347;

    /// <summary>Sockets at one time, those that have not proved anything included; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 64;
}

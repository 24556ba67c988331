namespace Presence.Actors;

/// <summary>A service outside of XMPP that clients are told of (XEP-0215), such as a TURN relay.</summary>
/// <param name="Type">As registered: <c>stun</c>, <c>turn</c>, <c>stuns</c>, <c>turns</c>, …</param>
/// <param name="Transport"><c>udp</c> or <c>tcp</c>; null: not said.</param>
/// <param name="Username">Fixed credentials that every client is given; null: none, or such as <paramref name="Secret"/> makes.</param>
/// <param name="Secret">Shared with the service: credentials are made from it that are good for <paramref name="Lifetime"/> only.</param>
public sealed record ExternalService(
    string Type, string Host, int Port, string? Transport, string? Name, string? Username, string? Password, string? Secret, TimeSpan Lifetime);

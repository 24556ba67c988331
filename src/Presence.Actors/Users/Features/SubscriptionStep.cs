namespace Presence.Actors.Users.Features;

/// <summary>What one subscription stanza does (RFC 6121 A.2, A.3). It says what is to happen and must never do it.</summary>
/// <param name="Next">The state afterwards.</param>
/// <param name="Forward">Outbound: route it to the contact. Inbound: deliver it to the user.</param>
/// <param name="Push">The item as the user's clients see it changed.</param>
/// <param name="AutoReply">Inbound <c>subscribe</c> that was granted before, or in advance: answer <c>subscribed</c> in the user's stead (§3.1.3).</param>
public readonly record struct SubscriptionStep(SubscriptionState Next, bool Forward, bool Push, bool AutoReply = false);

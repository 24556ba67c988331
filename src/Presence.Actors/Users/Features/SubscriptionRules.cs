using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The subscription state machine of RFC 6121 appendix A: a pure function of state and stanza type. It must never know rosters, sessions or
/// blocking, and it has no memory.
/// </summary>
public static class SubscriptionRules
{
    /// <summary>The user sends a subscription stanza to the contact (A.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the four.</exception>
    public static SubscriptionStep Outbound(SubscriptionState state, StanzaType type)
    {
        switch (type)
        {
            case StanzaType.Subscribe:
                return Step(state, state with { PendingOut = state.PendingOut || !state.HasTo }, forward: true);
            case StanzaType.Unsubscribe:
                return Step(state, state.Without(Subscription.To) with { PendingOut = false }, forward: true);
            case StanzaType.Subscribed:
                // Without a waiting request it is granted in advance, which is nobody else's business (§3.4.2).
                return state.PendingIn
                    ? Step(state, state.Add(Subscription.From) with { PendingIn = false }, forward: true)
                    : Step(state, state with { Approved = state.Approved || !state.HasFrom }, forward: false);
            case StanzaType.Unsubscribed:
                // What was granted in advance is taken back with it.
                return Step(state, state.Without(Subscription.From) with { PendingIn = false, Approved = false }, forward: state.PendingIn || state.HasFrom);
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>The contact sends a subscription stanza to the user (A.3).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the four.</exception>
    public static SubscriptionStep Inbound(SubscriptionState state, StanzaType type)
    {
        switch (type)
        {
            case StanzaType.Subscribe:
                return state.HasFrom || state.Approved
                    ? Step(state, state.Add(Subscription.From) with { PendingIn = false }, forward: false) with { AutoReply = true }
                    : Step(state, state with { PendingIn = true }, forward: !state.PendingIn);
            case StanzaType.Unsubscribe:
                return Step(state, state.Without(Subscription.From) with { PendingIn = false }, forward: state.PendingIn || state.HasFrom);
            case StanzaType.Subscribed:
                return state.PendingOut
                    ? Step(state, state.Add(Subscription.To) with { PendingOut = false }, forward: true)
                    : new SubscriptionStep(state, Forward: false, Push: false);
            case StanzaType.Unsubscribed:
                return Step(state, state.Without(Subscription.To) with { PendingOut = false }, forward: state.PendingOut || state.HasTo);
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    // That somebody asks is no part of the item shown: the request itself tells (A.1).
    private static SubscriptionStep Step(SubscriptionState before, SubscriptionState after, bool forward) =>
        new(after, forward, Push: before with { PendingIn = after.PendingIn } != after);
}

using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// One of the states of RFC 6121 A.1 as a roster row spells it. A value only: what changes it is written in <see cref="SubscriptionRules"/>,
/// and it must never hold more of the row than the rules look at.
/// </summary>
/// <param name="PendingOut">The user asked and waits; never together with To or Both.</param>
/// <param name="PendingIn">The contact asked and waits; never together with From or Both.</param>
/// <param name="Approved">The contact may see the presence as soon as it asks (§3.4). It stays until the user takes it back.</param>
public readonly record struct SubscriptionState(Subscription Subscription, bool PendingOut, bool PendingIn, bool Approved = false)
{
    /// <summary>The contact sees the user's presence.</summary>
    public bool HasFrom => (Subscription & Subscription.From) != 0;

    /// <summary>The user sees the contact's presence.</summary>
    public bool HasTo => (Subscription & Subscription.To) != 0;

    /// <summary>The state of a row; no row is <c>None</c>.</summary>
    public static SubscriptionState Of(RosterRow? row) =>
        row is null ? default : new SubscriptionState(row.Subscription, row.Ask, row.PendingIn, row.Approved);

    internal SubscriptionState Add(Subscription direction) => this with { Subscription = Subscription | direction };

    internal SubscriptionState Without(Subscription direction) => this with { Subscription = Subscription & ~direction };
}

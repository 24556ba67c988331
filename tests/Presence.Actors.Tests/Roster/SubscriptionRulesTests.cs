using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Roster;

/// <summary>RFC 6121 A.2 and A.3 row by row. A state is written as in A.1: N, T, F, B for the subscription, o and i for what is pending, a for what is granted in advance (§3.4).</summary>
public class SubscriptionRulesTests
{
    [Theory]
    // A.2.1
    [InlineData("N", StanzaType.Subscribe, true, "No")]
    [InlineData("No", StanzaType.Subscribe, true, "No")]
    [InlineData("Ni", StanzaType.Subscribe, true, "Noi")]
    [InlineData("Noi", StanzaType.Subscribe, true, "Noi")]
    [InlineData("T", StanzaType.Subscribe, true, "T")]
    [InlineData("Ti", StanzaType.Subscribe, true, "Ti")]
    [InlineData("F", StanzaType.Subscribe, true, "Fo")]
    [InlineData("Fo", StanzaType.Subscribe, true, "Fo")]
    [InlineData("B", StanzaType.Subscribe, true, "B")]
    // A.2.2
    [InlineData("N", StanzaType.Unsubscribe, true, "N")]
    [InlineData("No", StanzaType.Unsubscribe, true, "N")]
    [InlineData("Ni", StanzaType.Unsubscribe, true, "Ni")]
    [InlineData("Noi", StanzaType.Unsubscribe, true, "Ni")]
    [InlineData("T", StanzaType.Unsubscribe, true, "N")]
    [InlineData("Ti", StanzaType.Unsubscribe, true, "Ni")]
    [InlineData("F", StanzaType.Unsubscribe, true, "F")]
    [InlineData("Fo", StanzaType.Unsubscribe, true, "F")]
    [InlineData("B", StanzaType.Unsubscribe, true, "F")]
    // A.2.3
    [InlineData("N", StanzaType.Subscribed, false, "Na")]
    [InlineData("No", StanzaType.Subscribed, false, "Noa")]
    [InlineData("Ni", StanzaType.Subscribed, true, "F")]
    [InlineData("Noi", StanzaType.Subscribed, true, "Fo")]
    [InlineData("T", StanzaType.Subscribed, false, "Ta")]
    [InlineData("Ti", StanzaType.Subscribed, true, "B")]
    [InlineData("F", StanzaType.Subscribed, false, "F")]
    [InlineData("Fo", StanzaType.Subscribed, false, "Fo")]
    [InlineData("B", StanzaType.Subscribed, false, "B")]
    // The same with what was granted in advance: said twice it is no news, and nothing but a refusal takes it back.
    [InlineData("Na", StanzaType.Subscribed, false, "Na")]
    [InlineData("Noa", StanzaType.Subscribed, false, "Noa")]
    [InlineData("Ta", StanzaType.Subscribed, false, "Ta")]
    [InlineData("Fa", StanzaType.Subscribed, false, "Fa")]
    [InlineData("Na", StanzaType.Subscribe, true, "Noa")]
    [InlineData("Fa", StanzaType.Subscribe, true, "Foa")]
    [InlineData("Ta", StanzaType.Unsubscribe, true, "Na")]
    [InlineData("Na", StanzaType.Unsubscribed, false, "N")]
    [InlineData("Noa", StanzaType.Unsubscribed, false, "No")]
    [InlineData("Ta", StanzaType.Unsubscribed, false, "T")]
    [InlineData("Fa", StanzaType.Unsubscribed, true, "N")]
    [InlineData("Foa", StanzaType.Unsubscribed, true, "No")]
    [InlineData("Ba", StanzaType.Unsubscribed, true, "T")]
    // A.2.4
    [InlineData("N", StanzaType.Unsubscribed, false, "N")]
    [InlineData("No", StanzaType.Unsubscribed, false, "No")]
    [InlineData("Ni", StanzaType.Unsubscribed, true, "N")]
    [InlineData("Noi", StanzaType.Unsubscribed, true, "No")]
    [InlineData("T", StanzaType.Unsubscribed, false, "T")]
    [InlineData("Ti", StanzaType.Unsubscribed, true, "T")]
    [InlineData("F", StanzaType.Unsubscribed, true, "N")]
    [InlineData("Fo", StanzaType.Unsubscribed, true, "No")]
    [InlineData("B", StanzaType.Unsubscribed, true, "T")]
    public void What_the_user_sends(string before, StanzaType type, bool routed, string after)
    {
        var step = SubscriptionRules.Outbound(State(before), type);
        Assert.Equal(State(after), step.Next);
        Assert.Equal(routed, step.Forward);
        Assert.Equal(IsSeen(before, after), step.Push);
        Assert.False(step.AutoReply);
    }

    [Theory]
    // A.3.1
    [InlineData("N", StanzaType.Subscribe, true, "Ni")]
    [InlineData("No", StanzaType.Subscribe, true, "Noi")]
    [InlineData("Ni", StanzaType.Subscribe, false, "Ni")]
    [InlineData("Noi", StanzaType.Subscribe, false, "Noi")]
    [InlineData("T", StanzaType.Subscribe, true, "Ti")]
    [InlineData("Ti", StanzaType.Subscribe, false, "Ti")]
    [InlineData("F", StanzaType.Subscribe, false, "F", true)]
    [InlineData("Fo", StanzaType.Subscribe, false, "Fo", true)]
    [InlineData("B", StanzaType.Subscribe, false, "B", true)]
    // Granted in advance (§3.4.2): answered, and the item changes as by a grant.
    [InlineData("Na", StanzaType.Subscribe, false, "Fa", true)]
    [InlineData("Noa", StanzaType.Subscribe, false, "Foa", true)]
    [InlineData("Ta", StanzaType.Subscribe, false, "Ba", true)]
    [InlineData("Fa", StanzaType.Subscribe, false, "Fa", true)]
    [InlineData("Ba", StanzaType.Subscribe, false, "Ba", true)]
    [InlineData("Fa", StanzaType.Unsubscribe, true, "Na")]
    [InlineData("Noa", StanzaType.Subscribed, true, "Ta")]
    [InlineData("Ta", StanzaType.Unsubscribed, true, "Na")]
    // A.3.2
    [InlineData("N", StanzaType.Unsubscribe, false, "N")]
    [InlineData("No", StanzaType.Unsubscribe, false, "No")]
    [InlineData("Ni", StanzaType.Unsubscribe, true, "N")]
    [InlineData("Noi", StanzaType.Unsubscribe, true, "No")]
    [InlineData("T", StanzaType.Unsubscribe, false, "T")]
    [InlineData("Ti", StanzaType.Unsubscribe, true, "T")]
    [InlineData("F", StanzaType.Unsubscribe, true, "N")]
    [InlineData("Fo", StanzaType.Unsubscribe, true, "No")]
    [InlineData("B", StanzaType.Unsubscribe, true, "T")]
    // A.3.3
    [InlineData("N", StanzaType.Subscribed, false, "N")]
    [InlineData("No", StanzaType.Subscribed, true, "T")]
    [InlineData("Ni", StanzaType.Subscribed, false, "Ni")]
    [InlineData("Noi", StanzaType.Subscribed, true, "Ti")]
    [InlineData("T", StanzaType.Subscribed, false, "T")]
    [InlineData("Ti", StanzaType.Subscribed, false, "Ti")]
    [InlineData("F", StanzaType.Subscribed, false, "F")]
    [InlineData("Fo", StanzaType.Subscribed, true, "B")]
    [InlineData("B", StanzaType.Subscribed, false, "B")]
    // A.3.4
    [InlineData("N", StanzaType.Unsubscribed, false, "N")]
    [InlineData("No", StanzaType.Unsubscribed, true, "N")]
    [InlineData("Ni", StanzaType.Unsubscribed, false, "Ni")]
    [InlineData("Noi", StanzaType.Unsubscribed, true, "Ni")]
    [InlineData("T", StanzaType.Unsubscribed, true, "N")]
    [InlineData("Ti", StanzaType.Unsubscribed, true, "Ni")]
    [InlineData("F", StanzaType.Unsubscribed, false, "F")]
    [InlineData("Fo", StanzaType.Unsubscribed, true, "F")]
    [InlineData("B", StanzaType.Unsubscribed, true, "F")]
    public void What_the_contact_sends(string before, StanzaType type, bool delivered, string after, bool answered = false)
    {
        var step = SubscriptionRules.Inbound(State(before), type);
        Assert.Equal(State(after), step.Next);
        Assert.Equal(delivered, step.Forward);
        Assert.Equal(IsSeen(before, after), step.Push);
        Assert.Equal(answered, step.AutoReply);
    }

    private static bool IsSeen(string before, string after) =>
        before.Replace("i", "", StringComparison.Ordinal) != after.Replace("i", "", StringComparison.Ordinal);

    private static SubscriptionState State(string text) => new(
        text[0] switch { 'T' => Subscription.To, 'F' => Subscription.From, 'B' => Subscription.Both, _ => Subscription.None },
        text.Contains('o', StringComparison.Ordinal),
        text.Contains('i', StringComparison.Ordinal),
        text.Contains('a', StringComparison.Ordinal));
}

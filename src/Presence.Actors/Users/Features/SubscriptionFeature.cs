namespace Presence.Actors.Users.Features;

public static class SubscriptionFeature
{
    public static void Received(OutboxInput input, Turn turn) { }
}

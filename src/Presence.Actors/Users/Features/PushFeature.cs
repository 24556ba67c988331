using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

public static class PushFeature
{
    public static void Review(Turn turn) { }
    public static void Done(PushDoneInput input, Turn turn) { }
    public static void Terminated(SessionState session, Turn turn) { }
    public static void Unregister(PushRegistrationRow registration, Turn turn) { }
    public static string? WhyAtArrival(MessageRef message, Turn turn) => null;
}

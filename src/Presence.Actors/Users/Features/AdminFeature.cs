namespace Presence.Actors.Users.Features;

public static class AdminFeature
{
    public static void Decide(AdminInput input, Turn turn) { }
    public static void Explained(ExplainInput input, Turn turn) { }
}

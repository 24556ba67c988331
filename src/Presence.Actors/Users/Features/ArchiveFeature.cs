namespace Presence.Actors.Users.Features;

public static class ArchiveFeature
{
    public static void Answer(ArchiveInput input, Turn turn) { }
}

namespace Presence.Actors.Users.Features;

public static class PresenceStanzas
{
    public static sbyte PriorityOf(byte[] presence) => 0;
}

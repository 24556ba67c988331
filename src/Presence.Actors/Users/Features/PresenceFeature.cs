using Presence.Protocol.Stanzas;

namespace Presence.Actors.Users.Features;

public static class PresenceFeature
{
    public static void FromClient(SessionState session, Stanza stanza, Turn turn) { }
    public static void Received(PresenceInput input, Turn turn) { }
    public static void ReceivedDirected(EphemeralInput input, Turn turn) { }
    public static void Probed(ProbeInput input, Turn turn) { }
    public static void SessionGone(SessionState session, Turn turn) { }
    public static void ShowAway(SessionState session, Turn turn) { }
    public static void Restore(SessionState session, Turn turn) { }
    public static void RefreshContacts(SessionState session, Turn turn) { }
}

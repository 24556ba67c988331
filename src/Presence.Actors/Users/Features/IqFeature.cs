using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;

namespace Presence.Actors.Users.Features;

public static class IqFeature
{
    public static void FromClient(SessionState session, Stanza stanza, Turn turn) { }
    public static void Received(EphemeralInput input, Turn turn) { }
    public static void Refuse(Stanza request, Jid from, Jid refuser, StanzaErrorCondition condition, Turn turn) { }
}

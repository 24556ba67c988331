using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>Switches message carbons of one session on and off (XEP-0280 §4, §5). Which message is copied is <see cref="MessageForms"/>' to say.</summary>
public static class CarbonsFeature
{
    public static void Enable(SessionState session, Stanza iq, XmlElement payload, Turn turn) => Switch(session, iq, on: true, turn);

    public static void Disable(SessionState session, Stanza iq, XmlElement payload, Turn turn) => Switch(session, iq, on: false, turn);

    /// <summary>Asking for what is already so is no error (§10.1).</summary>
    private static void Switch(SessionState session, Stanza iq, bool on, Turn turn)
    {
        if (session.Carbons != on)
        {
            session.Carbons = on;
            if (session.Receiving)
            {
                // Everything so far has been considered under the old rule; after a crash the new one must not dig up old copies.
                session.Cursor = Math.Max(session.Cursor, turn.User.LastId);
            }

            SessionRows.Store(session, turn);
            SessionRows.StoreDoc(session, turn);
        }

        IqReply.Result(session, iq, turn);
    }
}

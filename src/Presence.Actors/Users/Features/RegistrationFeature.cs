using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The registration of the own account, once logged in (XEP-0077 §3.1–3.2): what is registered, and its end. It never sees a password: a change of it is
/// the edge's.
/// </summary>
public static class RegistrationFeature
{
    /// <summary>§3.1: registered already, and under which name.</summary>
    public static void Form(SessionState session, Stanza iq, XmlElement payload, Turn turn) => IqReply.Result(session, iq, turn, xml => xml
        .Open("query", Namespaces.Register)
        .Empty("registered")
        .Open("username").Text(turn.User.Jid.Local).Close()
        .Empty("password")
        .Close());

    /// <summary>§3.2: the result first, then every session ends with <c>not-authorized</c>. Any other change never gets here.</summary>
    public static void Cancel(SessionState session, Stanza iq, XmlElement payload, Turn turn)
    {
        if (payload.Child("remove") is null || payload.Children.Count() != 1)
        {
            IqReply.Error(session, iq, new StanzaError(StanzaErrorCondition.BadRequest) { Text = "<remove/> has to stand alone" }, turn);
            return;
        }

        IqReply.Result(session, iq, turn);
        AdminFeature.Remove(turn);
    }
}

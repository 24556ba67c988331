using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The requests without state: ping (XEP-0199), software version (XEP-0092), time (XEP-0202), the session request of RFC 3921. It never touches the user.
/// </summary>
public static class ServiceFeature
{
    public static void Ping(SessionState session, Stanza iq, XmlElement payload, Turn turn) => IqReply.Result(session, iq, turn);

    /// <summary>Name and version; the operating system is nobody's business (XEP-0092 §5).</summary>
    public static void Version(SessionState session, Stanza iq, XmlElement payload, Turn turn) =>
        IqReply.Result(session, iq, turn, xml => WriteVersion(xml, turn));

    /// <summary>As <see cref="Ping"/>, asked by a component.</summary>
    public static void ForeignPing(Stanza iq, Jid asker, XmlElement payload, Turn turn) => IqReply.ResultTo(asker, iq, turn);

    /// <summary>As <see cref="Version"/>, asked by a component.</summary>
    public static void ForeignVersion(Stanza iq, Jid asker, XmlElement payload, Turn turn) => IqReply.ResultTo(asker, iq, turn, xml => WriteVersion(xml, turn));

    /// <summary>The owner's clock in UTC; where the machine stands does not matter to clients.</summary>
    public static void Time(SessionState session, Stanza iq, XmlElement payload, Turn turn) => IqReply.Result(session, iq, turn, xml => xml
        .Open("time", Namespaces.EntityTime)
        .Open("tzo").Text("+00:00").Close()
        .Open("utc").Text(DateTimeProfile.Format(turn.Now)).Close()
        .Close());

    /// <summary>Old clients still ask for a session after binding; binding made it.</summary>
    public static void Session(SessionState session, Stanza iq, XmlElement payload, Turn turn) => IqReply.Result(session, iq, turn);

    private static void WriteVersion(Utf8XmlBuilder xml, Turn turn) => xml
        .Open("query", Namespaces.Version)
        .Open("name").Text(DiscoFeature.ServerName).Close()
        .Open("version").Text(turn.Environment.SoftwareVersion).Close()
        .Close();
}

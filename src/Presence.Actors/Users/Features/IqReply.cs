using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Answers to IQ requests (RFC 6120 §8.2.3): the same id, the addresses swapped. It must never answer a result or an error, and it decides
/// nothing about what is asked.
/// </summary>
public static class IqReply
{
    /// <summary>Answers a request that a session of this user made of its account or of the server.</summary>
    /// <param name="payload">Writes the child element; null for an empty result.</param>
    public static void Result(SessionState session, Stanza iq, Turn turn, Action<Utf8XmlBuilder>? payload = null) =>
        ToSession(session, ResultBytes(iq, session.FullJid, iq.To ?? turn.User.Jid, payload), turn);

    /// <summary>As <see cref="Result(SessionState, Stanza, Turn, Action{Utf8XmlBuilder})"/>, refusing.</summary>
    public static void Error(SessionState session, Stanza iq, StanzaErrorCondition condition, Turn turn) =>
        Error(session, iq, new StanzaError(condition), turn);

    /// <inheritdoc cref="Error(SessionState, Stanza, StanzaErrorCondition, Turn)"/>
    public static void Error(SessionState session, Stanza iq, StanzaError error, Turn turn)
    {
        // Where the address is no JID, the reply repeats it as it was written.
        if (error.Reply(iq, session.FullJid, iq.ToMalformed ? null : iq.To ?? turn.User.Jid) is { } reply)
        {
            ToSession(session, reply, turn);
        }
    }

    /// <summary>Answers a request of somebody else, in the name of this user's account.</summary>
    /// <param name="payload">Writes the child element; null for an empty result.</param>
    public static void ResultTo(Jid asker, Stanza iq, Turn turn, Action<Utf8XmlBuilder>? payload = null) =>
        Send(asker, turn.User.Jid, ResultBytes(iq, asker, turn.User.Jid, payload), turn);

    /// <summary>Sends an answer to a user's session, in memory only.</summary>
    public static void Send(Jid to, Jid from, byte[] answer, Turn turn)
    {
        if (Stanza.TryParseStamped(answer, out var stanza))
        {
            turn.Send(new EphemeralInput(ShardKey.UserId(to.Bare.ToString()), from, to, stanza));
        }
    }

    private static byte[] ResultBytes(Stanza iq, Jid to, Jid from, Action<Utf8XmlBuilder>? payload)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("from", from.ToString()).Attr("to", to.ToString()).Attr("id", iq.Id).Attr("type", "result");
        payload?.Invoke(xml);
        return xml.CloseAll().ToArray();
    }

    private static void ToSession(SessionState session, byte[] answer, Turn turn) =>
        Outbound.Ephemeral(session, new OutboundStanza(0, answer, default, default), turn);
}

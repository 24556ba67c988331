using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Presence that a client sends to somebody in particular (RFC 6121 §4.6), and the promise that goes with it: whoever was told that the client is
/// there is told when it goes. It must never touch subscriptions or what contacts are shown.
/// </summary>
public static class DirectedPresence
{
    /// <summary>Addresses one session may keep informed; the next is refused with <c>resource-constraint</c>.</summary>
    public const int MaxTargets = 500;

    /// <summary>Available, unavailable or error presence with a <c>to</c>.</summary>
    public static void FromClient(SessionState session, Stanza stanza, Jid to, Turn turn)
    {
        if (Refusal(session, stanza, to, turn) is { } error)
        {
            if (error.Reply(stanza, session.FullJid, stanza.To) is { } reply)
            {
                Outbound.Ephemeral(session, new OutboundStanza(0, reply, default, default), turn);
            }

            return;
        }

        if (!turn.Environment.IsSomebody(to))
        {
            // The server itself keeps no account of who is there.
            return;
        }

        if (Track(session, stanza.Type, to.ToString()))
        {
            SessionRows.StoreDoc(session, turn);
            SessionRows.Store(session, turn);
        }

        var stamped = StanzaSplice.Stamp(stanza, session.FullJid, to);
        stamped = stanza.Type == StanzaType.Available ? AvatarUpdate.With(stamped, AvatarUpdate.Said(stanza), turn.User) : stamped;
        PresenceFanout.SendTo(to, session.FullJid, stamped, turn);
    }

    /// <summary>Tells everybody who was told that the session is there, unless the broadcast did (§4.6.3); they are forgotten.</summary>
    /// <param name="unavailable">Stamped.</param>
    /// <param name="broadcast">Contacts and the user's own sessions have got it already.</param>
    public static void End(SessionState session, byte[] unavailable, bool broadcast, Turn turn)
    {
        if (session.Directed is not { } targets)
        {
            return;
        }

        session.Directed = null;
        foreach (var target in targets)
        {
            if (Jid.TryParse(target, out var to) && !(broadcast && IsCovered(to, turn)) && !turn.User.IsBlocked(to))
            {
                PresenceFanout.SendTo(to, session.FullJid, unavailable, turn);
            }
        }
    }

    /// <summary>Directed presence or the answer to a probe, for this user. Nobody there: dropped (§8.5.2.2, §8.5.3.2.3).</summary>
    public static void Received(EphemeralInput input, Turn turn)
    {
        var user = turn.User;
        if (!user.Exists || user.IsBlocked(input.From) || !input.To.Bare.Equals(user.Jid))
        {
            return;
        }

        var key = input.Stanza.Type == StanzaType.Error ? null : input.From.ToString();
        foreach (var session in user.Sessions)
        {
            if (input.To.Resource is { } resource ? session.Resource == resource : session.Available && session.FullJid != input.From)
            {
                Outbound.Ephemeral(session, new OutboundStanza(0, input.Stanza.Bytes, default, default), turn, presenceOf: key);
            }
        }
    }

    private static StanzaError? Refusal(SessionState session, Stanza stanza, Jid to, Turn turn)
    {
        if (!turn.Environment.IsReachable(to))
        {
            return new StanzaError(StanzaErrorCondition.RemoteServerNotFound);
        }

        if (turn.User.IsBlocked(to))
        {
            return new StanzaError(StanzaErrorCondition.NotAcceptable) { Application = new XmlElement("blocked", Namespaces.BlockingErrors) };
        }

        return stanza.Type == StanzaType.Available && session.Directed is { Count: >= MaxTargets } targets && !targets.Contains(to.ToString())
            ? new StanzaError(StanzaErrorCondition.ResourceConstraint)
            : null;
    }

    private static bool Track(SessionState session, StanzaType type, string to) => type switch
    {
        StanzaType.Available => (session.Directed ??= []).Add(to),
        StanzaType.Unavailable => session.Directed?.Remove(to) == true,
        _ => false,
    };

    private static bool IsCovered(Jid to, Turn turn) =>
        to.Bare == turn.User.Jid || (RosterItems.Find(turn.User, to.Bare) is { } row && (row.Subscription & Subscription.From) != 0);
}

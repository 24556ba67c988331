using Presence.Actors.Users.Eventing;
using Presence.Protocol.Stanzas;
using Presence.Routing;

namespace Presence.Actors.Users.Features;

/// <summary>
/// What a session shows and who is told (RFC 6121 §4): coming, changing and going, probes, and Away in the place of a suspended client
/// (sessions.md 3.2). The bytes a session keeps are always its client's own; it must never let Away overwrite them.
/// </summary>
public static class PresenceFeature
{
    /// <summary>A presence stanza of any type from a session of this user.</summary>
    public static void FromClient(SessionState session, Stanza stanza, Turn turn)
    {
        if (stanza.ToMalformed)
        {
            Refuse(session, stanza, StanzaErrorCondition.JidMalformed, turn);
            return;
        }

        switch (stanza.Type)
        {
            case StanzaType.Subscribe or StanzaType.Subscribed or StanzaType.Unsubscribe or StanzaType.Unsubscribed:
                SubscriptionFeature.FromClient(session, stanza, turn);
                break;
            case StanzaType.Probe:
                ProbeFromClient(session, stanza, turn);
                break;
            case StanzaType.Available when stanza.To is null:
                Available(session, stanza, turn);
                break;
            case StanzaType.Unavailable when stanza.To is null:
                Unavailable(session, StanzaSplice.Stamp(stanza, session.FullJid, null), turn);
                break;
            case StanzaType.Available or StanzaType.Unavailable or StanzaType.Error:
                if (stanza.To is { } to)
                {
                    DirectedPresence.FromClient(session, stanza, to, turn);
                }

                break;
            default:
                Refuse(session, stanza, StanzaErrorCondition.BadRequest, turn);
                break;
        }
    }

    /// <summary>A contact's broadcast: to every available session (§4.2.3, §4.4.3, §4.5.3).</summary>
    public static void Received(PresenceInput input, Turn turn)
    {
        if (turn.User.Exists && !turn.User.IsBlocked(input.From))
        {
            PresenceFanout.Deliver(input.Stamped, input.From, turn);
        }
    }

    /// <summary>Presence for one address of this user, from another user.</summary>
    public static void ReceivedDirected(EphemeralInput input, Turn turn) => DirectedPresence.Received(input, turn);

    /// <summary>§4.3.2. Whom the user has not let in is told so; whom it blocks learns nothing (XEP-0191 §5).</summary>
    public static void Probed(ProbeInput input, Turn turn)
    {
        var (user, prober) = (turn.User, input.From.Bare);
        if (user.IsBlocked(input.From))
        {
            if (input.AnswerUnavailable is { } name)
            {
                // As offline as a blocked contact always sees the user.
                turn.Send(PresenceFanout.Absent(name, input.ReplyTo));
            }

            return;
        }

        var row = RosterItems.Find(user, prober);
        if (prober == user.Jid || SubscriptionState.Of(row).HasFrom)
        {
            PresenceFanout.Answer(input, turn);
        }
        else if (row is not { PendingIn: true })
        {
            var name = user.Exists ? user.Jid : input.AnswerUnavailable;
            if (name is not null)
            {
                turn.SendDurably(prober, PresenceStanzas.Subscription(StanzaType.Unsubscribed, name, prober));
            }
        }
    }

    /// <summary>
    /// The session ends without having said so (§4.5.2): everybody who saw it is told. Its own presence stays, since what becomes of messages it
    /// still lacks depends on it.
    /// </summary>
    public static void SessionGone(SessionState session, Turn turn)
    {
        var stamped = PresenceStanzas.Unavailable(session.FullJid);
        if (session.Available)
        {
            PresenceFanout.Broadcast(session, stamped, available: false, turn);
        }

        DirectedPresence.End(session, stamped, session.Available, turn);
    }

    /// <summary>The client is suspended: contacts see Away, unless the user said something stronger (sessions.md 3.2).</summary>
    public static void ShowAway(SessionState session, Turn turn)
    {
        if (session.Away || session.Presence is not { } own)
        {
            return;
        }

        session.Away = true;
        SessionRows.StoreDoc(session, turn);
        if (!ReferenceEquals(PresenceStanzas.Away(own), own))
        {
            PresenceFanout.Broadcast(session, PresenceFanout.Shown(session, turn.User), available: true, turn);
        }
    }

    /// <summary>The client is back: contacts see what it last said itself.</summary>
    public static void Restore(SessionState session, Turn turn)
    {
        if (!session.Away || session.Presence is not { } own)
        {
            return;
        }

        session.Away = false;
        SessionRows.StoreDoc(session, turn);
        if (!ReferenceEquals(PresenceStanzas.Away(own), own))
        {
            PresenceFanout.Broadcast(session, PresenceFanout.Shown(session, turn.User), available: true, turn);
        }
    }

    /// <summary>
    /// After a crash of both halves, or when too much changed to be kept: what the client knows of contacts may be wrong either way, so all of it
    /// is said afresh (sessions.md 2.4).
    /// </summary>
    public static void RefreshContacts(SessionState session, Turn turn)
    {
        session.PresenceMissed = false;
        if (session.Available)
        {
            PresenceFanout.ForgetOthers(session, turn);
            PresenceFanout.TellOfOthers(session, turn);
            PresenceFanout.ProbeContacts(session, afresh: true, turn);
            Interests.Restored(session, turn);
        }
    }

    private static void Available(SessionState session, Stanza stanza, Turn turn)
    {
        if (!PresenceStanzas.TryPriority(stanza, out var priority))
        {
            Refuse(session, stanza, StanzaErrorCondition.BadRequest, turn);
            return;
        }

        var initial = !session.Available;
        var takesMessages = priority >= 0 && (initial || session.Priority < 0);
        var offered = session.Offered;
        if (takesMessages || (session.Available && session.Priority >= 0))
        {
            Backlog.LookedAt(session, turn.User);
        }

        session.Presence = StanzaSplice.Stamp(stanza, session.FullJid, null);
        (session.Priority, session.Away, session.RestorePresenceAt) = (priority, session.Silent && turn.Options.AwayWhenSuspended, 0);
        session.AvatarSaid = AvatarUpdate.Said(stanza);

        // A client that reports idleness tells when it was used; any other presence is a sign of use now (sessions.md 5.3).
        session.LastInteraction = Math.Max(session.LastInteraction, Math.Min(PresenceStanzas.IdleSince(stanza) ?? turn.Now, turn.Now));
        SessionRows.StoreDoc(session, turn);
        var shown = PresenceFanout.Shown(session, turn.User);
        PresenceFanout.Broadcast(session, shown, available: true, turn);
        PresenceFanout.Echo(session, shown, turn);
        if (initial)
        {
            PresenceFanout.TellOfOthers(session, turn);
            PresenceFanout.ProbeContacts(session, afresh: false, turn);
            SubscriptionFeature.ShowRequests(session, turn);
        }

        Interests.Said(session, stanza, initial, turn);

        if (takesMessages)
        {
            Backlog.Offer(session, offered, turn);
        }

        SessionRows.Store(session, turn);
    }

    private static void Unavailable(SessionState session, byte[] stamped, Turn turn)
    {
        var wasAvailable = session.Available;
        if (!wasAvailable && session.Directed is null)
        {
            return;
        }

        if (wasAvailable && session.Priority >= 0)
        {
            Backlog.LookedAt(session, turn.User);
        }

        session.Presence = null;
        (session.Priority, session.Away, session.RestorePresenceAt) = (0, false, 0);
        if (wasAvailable)
        {
            PresenceFanout.Broadcast(session, stamped, available: false, turn);
            PresenceFanout.Echo(session, stamped, turn);
        }

        DirectedPresence.End(session, stamped, wasAvailable, turn);
        SessionRows.StoreDoc(session, turn);
        SessionRows.Store(session, turn);
    }

    /// <summary>Clients have no need to probe, since the server does; one that does gets what it may see anyway (§4.3).</summary>
    private static void ProbeFromClient(SessionState session, Stanza stanza, Turn turn)
    {
        if (stanza.To?.Bare is not { } contact || !turn.Environment.IsReachable(contact) || !turn.Environment.IsSomebody(contact) || turn.User.IsBlocked(contact))
        {
            return;
        }

        if (contact == turn.User.Jid || SubscriptionState.Of(RosterItems.Find(turn.User, contact)).HasTo)
        {
            PresenceFanout.Probe(contact, session, turn);
        }
    }

    private static void Refuse(SessionState session, Stanza stanza, StanzaErrorCondition condition, Turn turn)
    {
        if (new StanzaError(condition).Reply(stanza, session.FullJid, stanza.To) is { } reply)
        {
            Outbound.Ephemeral(session, new OutboundStanza(0, reply, default, default), turn);
        }
    }
}

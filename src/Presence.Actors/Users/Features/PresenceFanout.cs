using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Carries presence from one session to whom it concerns: contacts by one envelope per shard (sessions.md 6.5), the user's other sessions,
/// those who got directed presence, one who asked. It must never change what a session shows.
/// </summary>
public static class PresenceFanout
{
    /// <summary>What others see of an available session: its own presence, or Away in its stead, with the hash of the user's avatar.</summary>
    public static byte[] Shown(SessionState session, UserState user) =>
        AvatarUpdate.With(session.Away ? PresenceStanzas.Away(session.Presence!) : session.Presence!, session.AvatarSaid, user);

    /// <summary>To every contact with a subscription (RFC 6121 §4.2.2, §4.4.2, §4.5.2) and to the user's other available sessions.</summary>
    /// <remarks>Not to the session itself: what it sent comes back by <see cref="Echo"/>, what is shown in its stead does not concern it.</remarks>
    /// <param name="stamped">With <c>from</c>, without <c>to</c>.</param>
    public static void Broadcast(SessionState session, byte[] stamped, bool available, Turn turn)
    {
        foreach (var users in RosterItems.WatchersByShard(turn))
        {
            turn.Send(new PresenceInput(users, session.FullJid, stamped, available));
        }

        foreach (var contact in RosterItems.ContactsAtComponents(Subscription.From, turn))
        {
            SendTo(contact, session.FullJid, stamped, turn);
        }

        Deliver(stamped, session.FullJid, turn);
    }

    /// <summary>To every available session of the user but the one it comes from.</summary>
    public static void Deliver(byte[] stamped, Jid from, Turn turn)
    {
        FanoutTemplate? template = null;
        byte[]? to = null;
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available && session.FullJid != from)
            {
                template ??= StanzaSplice.Template(stamped);
                to ??= FanoutTemplate.ToAttribute(turn.User.Jid);
                Outbound.Ephemeral(session, new OutboundStanza(0, template.Value.Head, to, template.Value.Tail), turn, presenceOf: from.ToString());
            }
        }
    }

    /// <summary>Back to the client that sent it: everybody is subscribed to himself (§4.2.2), and so the client knows that it was taken.</summary>
    public static void Echo(SessionState session, byte[] stamped, Turn turn)
    {
        var template = StanzaSplice.Template(stamped);
        var echo = new OutboundStanza(0, template.Head, FanoutTemplate.ToAttribute(turn.User.Jid), template.Tail);
        Outbound.Ephemeral(session, echo, turn, presenceOf: session.FullJid.ToString());
    }

    /// <summary>Nobody of the user's own is there any more: said before those who are, since the session may remember some that have gone.</summary>
    public static void ForgetOthers(SessionState session, Turn turn)
    {
        var bytes = PresenceStanzas.Unavailable(turn.User.Jid, session.FullJid);
        Outbound.Ephemeral(session, new OutboundStanza(0, bytes, default, default), turn, presenceOf: turn.User.Jid.ToString());
    }

    /// <summary>The user's other available sessions, to one that has just come or come back.</summary>
    public static void TellOfOthers(SessionState session, Turn turn)
    {
        foreach (var other in turn.User.Sessions)
        {
            if (other.Available && other != session)
            {
                var bytes = StanzaSplice.WithTo(Shown(other, turn.User), session.FullJid);
                Outbound.Ephemeral(session, new OutboundStanza(0, bytes, default, default), turn, presenceOf: other.FullJid.ToString());
            }
        }
    }

    /// <summary>Asks every contact the user is subscribed to (§4.3.1).</summary>
    /// <param name="afresh">The session may remember contacts that have gone since: they answer too.</param>
    public static void ProbeContacts(SessionState session, bool afresh, Turn turn)
    {
        foreach (var contact in RosterItems.Contacts(Subscription.To, turn))
        {
            turn.Send(new ProbeInput(ShardKey.UserId(contact), session.FullJid, session.FullJid) { AnswerUnavailable = afresh ? Jid.Parse(contact) : null });
        }

        foreach (var contact in RosterItems.ContactsAtComponents(Subscription.To, turn))
        {
            Probe(contact, session, turn);
        }
    }

    /// <summary>Asks one contact in the name of every available session.</summary>
    public static void Probe(Jid contact, Turn turn)
    {
        foreach (var session in turn.User.Sessions)
        {
            if (session.Available)
            {
                Probe(contact, session, turn);
            }
        }

        Eventing.LastItems.AskContact(contact, turn);
    }

    /// <summary>Asks one contact in the name of one session.</summary>
    public static void Probe(Jid contact, SessionState session, Turn turn)
    {
        if (turn.Environment.IsComponent(contact))
        {
            SendTo(contact, session.FullJid, PresenceStanzas.Probe(session.FullJid, contact), turn);
        }
        else
        {
            turn.Send(new ProbeInput(ShardKey.UserId(contact.ToString()), session.FullJid, session.FullJid));
        }
    }

    /// <summary>Shows every available session to one contact, as after a block was lifted (XEP-0191 §3.4).</summary>
    public static void ShowTo(Jid contact, Turn turn) => ToContact(contact, show: true, turn);

    /// <summary>Makes every available session look offline to one contact: the subscription ended (§3.2.2, §3.3.3) or a block began (XEP-0191 §3.3).</summary>
    public static void HideFrom(Jid contact, Turn turn) => ToContact(contact, show: false, turn);

    /// <summary>Answers a probe (§4.3.2).</summary>
    public static void Answer(ProbeInput probe, Turn turn)
    {
        if (probe.AnswerUnavailable is not null)
        {
            // First nobody, then those who are there: whatever the client remembers of the others is gone.
            turn.Send(Absent(turn.User.Jid, probe.ReplyTo));
        }

        foreach (var session in turn.User.Sessions)
        {
            if (session.Available)
            {
                SendTo(probe.ReplyTo, session.FullJid, Shown(session, turn.User), turn);
            }
        }
    }

    /// <summary>The answer of a user with no available session.</summary>
    public static EphemeralInput Absent(Jid bare, Jid replyTo) => Envelope(replyTo, bare, PresenceStanzas.Unavailable(bare, replyTo))!;

    /// <summary>Presence to one address, in memory only.</summary>
    /// <param name="stamped">With or without <c>to</c>.</param>
    public static void SendTo(Jid to, Jid from, byte[] stamped, Turn turn)
    {
        if (Envelope(to, from, StanzaSplice.WithTo(stamped, to)) is { } input)
        {
            turn.Send(input);
        }
    }

    private static EphemeralInput? Envelope(Jid to, Jid from, byte[] stamped) =>
        Stanza.TryParseStamped(stamped, out var stanza) ? new EphemeralInput(ShardKey.UserId(to.Bare.ToString()), from, to, stanza) : null;

    private static void ToContact(Jid contact, bool show, Turn turn)
    {
        var component = turn.Environment.IsComponent(contact);
        if (!component && (contact.Local is null || !RosterItems.IsLocal(contact.Bare.ToString(), turn)))
        {
            return;
        }

        var id = ShardKey.UserId(contact.Bare.ToString());
        foreach (var session in turn.User.Sessions.FindAll(s => s.Available))
        {
            var shown = show ? Shown(session, turn.User) : PresenceStanzas.Unavailable(session.FullJid);
            if (component)
            {
                SendTo(contact, session.FullJid, shown, turn);
            }
            else
            {
                turn.Send(new PresenceInput([id], session.FullJid, shown, show));
            }
        }
    }
}

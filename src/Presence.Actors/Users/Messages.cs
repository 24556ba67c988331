using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Messages out and in (RFC 6121 §5, §8.5): the sender's row, the outbox, the recipient's row, and who gets it. The row is written once per
/// user; sessions are cursors over it.
/// </summary>
public static class Messages
{
    /// <summary>
    /// A message of one of the user's clients (RFC 6121 §5). Durable: the sender's row, the outbox item and the new h are one write. Not to be stored: passed on in
    /// memory. Refused with an error of RFC 6120 §8.3.3: <c>jid-malformed</c>, <c>remote-server-not-found</c>, <c>service-unavailable</c> (nobody there),
    /// <c>not-acceptable</c> (blocked by the sender).
    /// </summary>
    public static void FromClient(SessionState session, Stanza stanza, Turn turn)
    {
        var user = turn.User;
        if (stanza.HasAny(PayloadFlags.Body | PayloadFlags.Composing | PayloadFlags.Displayed | PayloadFlags.Reaction | PayloadFlags.Retraction))
        {
            session.LastInteraction = turn.Now;
        }

        CallTracking.Sent(session, stanza, turn);
        var to = stanza.To ?? user.Jid;
        if (Refusal(stanza, to, turn) is { } error)
        {
            Reply(session, error.Reply(stanza, session.FullJid, stanza.To), turn);
        }
        else
        {
            var stamped = StanzaSplice.Stamp(stanza, session.FullJid, to, StanzaSplice.ForgedStanzaIds(stanza, user.Jid));
            if (MessageKind.IsEphemeral(stanza))
            {
                SendEphemerally(session, stanza, stamped, to, turn);
            }
            else if (to.Bare.Equals(user.Jid) && IsForOneResource(stanza, to) && (to.Resource is null || user.SessionOf(to.Resource) is null))
            {
                Reply(session, new StanzaError(StanzaErrorCondition.ServiceUnavailable).Reply(stanza, session.FullJid, to), turn);
            }
            else if (to.Bare.Equals(user.Jid))
            {
                StoreSelf(session, stanza, stamped, to, turn);
            }
            else
            {
                StoreSent(session, stanza, stamped, to, turn);
                turn.SendDurably(to, stamped);
            }
        }

        // The inbound h is in the same batch as the effect (cluster-protocol 7.2).
        if (!MessageKind.IsEphemeral(stanza))
        {
            SessionRows.Store(session, turn);
        }
    }

    /// <summary>A message for this user, taken from an outbox.</summary>
    public static void Received(OutboxInput input, Turn turn)
    {
        var (user, stanza) = (turn.User, input.Stanza);
        if (!user.Exists || !input.To.Bare.Equals(user.Jid) || user.IsBlocked(input.From))
        {
            Bounce(stanza, input.From, turn);
            return;
        }

        var flags = MessageKind.FlagsOf(stanza);
        var target = input.To.Resource is { } resource ? user.SessionOf(resource) : null;
        var addressed = target is not null;
        CallTracking.Received(target, stanza, turn);
        if (!addressed && IsForOneResource(stanza, input.To))
        {
            Bounce(stanza, input.From, turn);
            return;
        }

        flags = ArchivePolicy.Apply(flags, input.From, user) | (addressed ? MessageFlags.ToFullJid : MessageFlags.None);
        var forged = StanzaSplice.ForgedStanzaIds(stanza, user.Jid);
        var body = forged.Length == 0 ? stanza.Bytes : StanzaSplice.Stamp(stanza, input.From, input.To, forged);
        var id = turn.NextMessageId();
        var draft = new MessageRef(id, input.From.Bare.ToString(), flags, 0, input.To.Resource, body.Length);
        var wanted = (flags & (MessageFlags.Visible | MessageFlags.Offline)) != 0
            || user.Sessions.Exists(s => MessageForms.Choose(draft, s) != MessageForm.None);
        if (Backlog.IsFull(draft, turn))
        {
            // XEP-0160 §3. The sender knows, and nothing is lost without anybody knowing.
            Bounce(stanza, input.From, turn, "more waits for the recipient than may; this message was not kept");
        }
        else if (wanted)
        {
            var why = PushFeature.WhyAtArrival(draft, turn);
            Add(new MessageRow(user.UserId, id, draft.Peer, input.From.Resource, flags, 0, input.To.Resource, why, body), turn);
        }
    }

    /// <summary>A message for this user that lives in memory only.</summary>
    public static void ReceivedEphemeral(EphemeralInput input, Turn turn)
    {
        var (user, stanza) = (turn.User, input.Stanza);
        var state = MessageKind.IsChatStateOnly(stanza);
        if (!user.Exists || user.IsBlocked(input.From))
        {
            if (!state)
            {
                Bounce(stanza, input.From, turn);
            }

            return;
        }

        var target = input.To.Resource is { } resource ? user.SessionOf(resource) : null;
        var addressed = target is not null;
        CallTracking.Received(target, stanza, turn);
        if (!addressed && IsForOneResource(stanza, input.To))
        {
            Bounce(stanza, input.From, turn);
            return;
        }

        stanza = WithoutForgedIds(stanza, input.From, input.To, user.Jid);
        var flags = MessageKind.FlagsOf(stanza) | (addressed ? MessageFlags.ToFullJid : MessageFlags.None);
        var delivered = Show(stanza, new MessageRef(long.MaxValue, "", flags, 0, input.To.Resource, 0), turn);
        if (!delivered && !state && stanza.HasAny(PayloadFlags.Body | PayloadFlags.Encrypted))
        {
            // Not to be stored and nobody there to take it: the sender learns that it did not arrive.
            Bounce(stanza, input.From, turn);
        }
    }

    // XEP-0359 §3: also from a message that gets no id of ours, or a client would take the sender's for one.
    private static Stanza WithoutForgedIds(Stanza stanza, Jid from, Jid to, Jid account)
    {
        var forged = StanzaSplice.ForgedStanzaIds(stanza, account);
        return forged.Length > 0 && Stanza.TryParseStamped(StanzaSplice.Stamp(stanza, from, to, forged), out var cleaned) ? cleaned : stanza;
    }

    /// <summary>
    /// RFC 6121 §8.5.2.1.1, §8.5.3.2.1: of use to the resource that it names alone, and dropped when that is gone. A normal message goes to the others
    /// like a chat message: senders that know no better than an old address would otherwise not reach somebody who is there.
    /// </summary>
    private static bool IsForOneResource(Stanza stanza, Jid to) =>
        stanza.Type is StanzaType.Groupchat or StanzaType.Error || (stanza.Type == StanzaType.Headline && to.Resource is not null);

    /// <summary>An error in answer to a message; durable like the message it answers. Errors have no answer.</summary>
    public static void Bounce(Stanza stanza, Jid from, Turn turn, string? why = null)
    {
        if (new StanzaError(StanzaErrorCondition.ServiceUnavailable) { Text = why }.Reply(stanza, from, stanza.To) is { } reply && turn.Environment.IsSomebody(from))
        {
            turn.SendDurably(from, reply);
        }
    }

    private static StanzaError? Refusal(Stanza stanza, Jid to, Turn turn)
    {
        if (stanza.ToMalformed)
        {
            return new StanzaError(StanzaErrorCondition.JidMalformed);
        }

        if (!turn.Environment.IsReachable(to))
        {
            return new StanzaError(StanzaErrorCondition.RemoteServerNotFound);
        }

        if (turn.User.IsBlocked(to))
        {
            // XEP-0191 §3.5: the user's own block stops the way out too.
            return new StanzaError(StanzaErrorCondition.NotAcceptable) { Application = new XmlElement("blocked", Namespaces.BlockingErrors) };
        }

        return !turn.Environment.IsSomebody(to) ? new StanzaError(StanzaErrorCondition.ServiceUnavailable) : null;
    }

    private static void Reply(SessionState session, byte[]? reply, Turn turn)
    {
        if (reply is not null)
        {
            Outbound.Ephemeral(session, new OutboundStanza(0, reply, default, default), turn);
        }
    }

    private static void StoreSent(SessionState session, Stanza stanza, byte[] stamped, Jid to, Turn turn)
    {
        var user = turn.User;
        var flags = (MessageKind.FlagsOf(stanza) & ~(MessageFlags.Offline | MessageFlags.Deserving)) | MessageFlags.Outgoing;
        flags = ArchivePolicy.Apply(flags, to, user);
        var copies = (flags & MessageFlags.CarbonEligible) != 0 && user.Sessions.Exists(s => s != session && s.Carbons);
        if (copies || (flags & MessageFlags.Visible) != 0)
        {
            Add(new MessageRow(user.UserId, turn.NextMessageId(), to.Bare.ToString(), to.Resource, flags, session.No, null, null, stamped), turn);
        }
    }

    private static void StoreSelf(SessionState session, Stanza stanza, byte[] stamped, Jid to, Turn turn)
    {
        var user = turn.User;
        var flags = ArchivePolicy.Apply(MessageKind.FlagsOf(stanza) & ~MessageFlags.Deserving, to, user);
        flags |= MessageFlags.ToSelf | (to.Resource is { } r && user.SessionOf(r) is not null ? MessageFlags.ToFullJid : MessageFlags.None);
        Add(new MessageRow(user.UserId, turn.NextMessageId(), user.Jid.ToString(), to.Resource, flags, session.No, to.Resource, null, stamped), turn);
    }

    /// <summary>Writes a row and sends it to the sessions it is for.</summary>
    internal static void Add(MessageRow row, Turn turn)
    {
        var before = turn.User.LastId;
        row = RetractionFeature.Marked(row, turn.User);
        turn.Emit(new MessageStored(row));
        var reference = MessageForms.RefOf(row);
        foreach (var session in turn.User.Sessions.ToArray())
        {
            var form = MessageForms.Choose(reference, session);
            if (form != MessageForm.None)
            {
                Outbound.Durable(session, row, form, turn);
            }
            else if (session.Receiving || session.Cursor >= before)
            {
                // Not for it, and nothing before it waits: it must not keep the row in memory while it is away.
                session.Cursor = Math.Max(session.Cursor, row.Id);
            }
        }

        Tail.Trim(turn);
    }

    private static void SendEphemerally(SessionState session, Stanza stanza, byte[] stamped, Jid to, Turn turn)
    {
        if (!Stanza.TryParseStamped(stamped, out var outgoing))
        {
            return;
        }

        var flags = MessageKind.FlagsOf(stanza);
        if (to.Bare.Equals(turn.User.Jid))
        {
            Show(outgoing, new MessageRef(long.MaxValue, "", flags | MessageFlags.ToSelf, session.No, to.Resource, 0), turn);
            return;
        }

        Show(outgoing, new MessageRef(long.MaxValue, "", flags | MessageFlags.Outgoing, session.No, null, 0), turn);
        turn.Send(new EphemeralInput(ShardKey.UserId(to.Bare.ToString()), session.FullJid, to, outgoing));
    }

    /// <summary>Shows a message without row to the sessions it is for; tells whether any was there.</summary>
    private static bool Show(Stanza stanza, MessageRef reference, Turn turn)
    {
        var state = MessageKind.IsChatStateOnly(stanza);
        var shown = false;
        MessageRow? row = null;
        foreach (var session in turn.User.Sessions.ToArray())
        {
            var form = MessageForms.Choose(reference, session);
            if (form == MessageForm.None)
            {
                continue;
            }

            row ??= new MessageRow(turn.User.UserId, 0, "", null, reference.Flags & ~MessageFlags.Visible, 0, null, null, stanza.Bytes);
            Outbound.Ephemeral(session, MessageForms.Render(row, form, session.FullJid, turn.Environment, delayed: false), turn, chatState: state);
            shown = true;
        }

        return shown;
    }
}

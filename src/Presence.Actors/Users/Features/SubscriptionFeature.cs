using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Subscriptions between users (RFC 6121 §3): asking, granting, cancelling and refusing, from the own client and from the other side. Every stanza
/// crosses durably. What a state does to the next is <see cref="SubscriptionRules"/>' to say, never this class's.
/// </summary>
public static class SubscriptionFeature
{
    /// <summary>A request is kept with what it says up to this many bytes; a longer one without its content.</summary>
    private const int MaxKeptRequest = 4096;

    /// <summary><c>subscribe</c>, <c>subscribed</c>, <c>unsubscribe</c> or <c>unsubscribed</c> from a session of this user.</summary>
    public static void FromClient(SessionState session, Stanza stanza, Turn turn)
    {
        var user = turn.User;
        if (Refusal(stanza, turn) is { } error)
        {
            if (error.Reply(stanza, session.FullJid, stanza.To) is { } reply)
            {
                Outbound.Ephemeral(session, Whole(reply), turn);
            }

            return;
        }

        var contact = stanza.To!.Bare;
        var row = RosterItems.Find(user, contact);
        var before = SubscriptionState.Of(row);
        var step = SubscriptionRules.Outbound(before, stanza.Type);
        Change(row, contact, step, turn);
        if (before.HasFrom && !step.Next.HasFrom)
        {
            PresenceFanout.HideFrom(contact, turn);
        }

        if (step.Forward)
        {
            turn.SendDurably(contact, StanzaSplice.Stamp(stanza, user.Jid, contact));
        }

        SessionRows.Store(session, turn);
    }

    /// <summary>A subscription stanza from another user, taken from an outbox.</summary>
    public static void Received(OutboxInput input, Turn turn)
    {
        var (user, type, contact) = (turn.User, input.Stanza.Type, input.From.Bare);
        if (type is not (StanzaType.Subscribe or StanzaType.Subscribed or StanzaType.Unsubscribe or StanzaType.Unsubscribed))
        {
            return;
        }

        if (!user.Exists)
        {
            // §3.1.3: nobody there to ask.
            Answer(type, StanzaType.Unsubscribed, input, turn);
            return;
        }

        var blocked = user.IsBlocked(input.From);
        if (blocked && type is StanzaType.Subscribe or StanzaType.Subscribed)
        {
            // XEP-0191 §5: no answer and no trace. What ends a subscription still counts, so that both sides agree.
            return;
        }

        var row = RosterItems.Find(user, contact);
        var before = SubscriptionState.Of(row);
        var step = SubscriptionRules.Inbound(before, type);
        if (step.AutoReply)
        {
            Change(row, contact, step, turn);
            Answer(type, StanzaType.Subscribed, input, turn);
        }
        else if (type == StanzaType.Subscribe && row is null && !RosterItems.HasRoomForRequest(user))
        {
            Answer(type, StanzaType.Unsubscribed, input, turn);
        }
        else
        {
            Take(input, row, before, step, blocked, turn);
        }
    }

    /// <summary>Requests that wait for an answer are shown again to a client that becomes available (§3.1.3).</summary>
    public static void ShowRequests(SessionState session, Turn turn)
    {
        foreach (var row in turn.User.Roster.Values)
        {
            if (row is { PendingIn: true, PendingStanza: { } request } && !(Jid.TryParse(row.Contact, out var contact) && turn.User.IsBlocked(contact)))
            {
                Outbound.Ephemeral(session, Whole(request), turn);
            }
        }
    }

    /// <summary>Tells a contact whose item goes what goes with it (§2.5.2).</summary>
    public static void Cancel(RosterRow row, Jid contact, Turn turn)
    {
        var state = SubscriptionState.Of(row);
        if (!contact.IsBare || !(turn.Environment.IsReachable(contact) && turn.Environment.IsSomebody(contact)))
        {
            return;
        }

        if (state.HasTo || state.PendingOut)
        {
            turn.SendDurably(contact, PresenceStanzas.Subscription(StanzaType.Unsubscribe, turn.User.Jid, contact));
        }

        if (state.HasFrom)
        {
            PresenceFanout.HideFrom(contact, turn);
        }

        if (state.HasFrom || state.PendingIn)
        {
            turn.SendDurably(contact, PresenceStanzas.Subscription(StanzaType.Unsubscribed, turn.User.Jid, contact));
        }
    }

    /// <summary>Ends every subscription, both ways: for an account that is about to be removed. The rows stay; they go with the account.</summary>
    public static void CancelAll(Turn turn)
    {
        foreach (var row in turn.User.Roster.Values)
        {
            if (Jid.TryParse(row.Contact, out var contact))
            {
                Cancel(row, contact, turn);
            }
        }
    }

    private static StanzaError? Refusal(Stanza stanza, Turn turn)
    {
        if (stanza.ToMalformed)
        {
            return new StanzaError(StanzaErrorCondition.JidMalformed);
        }

        var user = turn.User;
        if (stanza.To?.Bare is not { } contact)
        {
            return new StanzaError(StanzaErrorCondition.BadRequest);
        }

        if (contact == user.Jid)
        {
            return new StanzaError(StanzaErrorCondition.NotAllowed);
        }

        if (!turn.Environment.IsReachable(contact))
        {
            return new StanzaError(StanzaErrorCondition.RemoteServerNotFound);
        }

        if (!turn.Environment.IsSomebody(contact))
        {
            return new StanzaError(StanzaErrorCondition.ServiceUnavailable);
        }

        if (user.IsBlocked(contact) && stanza.Type is StanzaType.Subscribe or StanzaType.Subscribed)
        {
            return new StanzaError(StanzaErrorCondition.NotAcceptable) { Application = new XmlElement("blocked", Namespaces.BlockingErrors) };
        }

        var row = RosterItems.Find(user, contact);
        var makesItem = stanza.Type == StanzaType.Subscribe || (stanza.Type == StanzaType.Subscribed && row is not { PendingIn: true });
        var full = makesItem && (row is null || !RosterItems.IsShown(row)) && !RosterItems.HasRoom(turn);
        return full ? new StanzaError(StanzaErrorCondition.ResourceConstraint) : null;
    }

    private static void Take(OutboxInput input, RosterRow? row, SubscriptionState before, SubscriptionStep step, bool blocked, Turn turn)
    {
        var (user, type, contact) = (turn.User, input.Stanza.Type, input.From.Bare);
        if (step.Forward && !blocked)
        {
            foreach (var session in user.Sessions)
            {
                // A request goes to those who are there to answer it (§3.1.3), a change of state to those who keep the roster (§3.1.6, §3.2.3, §3.3.3).
                if (type == StanzaType.Subscribe ? session.Available : session.RosterRequested)
                {
                    Notices.Send(session, contact, input.Stanza.Bytes, turn);
                }
            }
        }

        Change(row, contact, step, turn, type == StanzaType.Subscribe ? Kept(input.Stanza, contact, user.Jid) : null);
        if ((!before.HasTo || type == StanzaType.Subscribed) && step.Next.HasTo)
        {
            // Also when it was granted already: a grant under way when the user left and asked again makes the next one look like a repeat.
            // Asking for the presence, rather than being sent it by the other side (§3.1.5), also holds when that side dies in between.
            PresenceFanout.Probe(contact, turn);
        }

        if (before.HasFrom && !step.Next.HasFrom)
        {
            PresenceFanout.HideFrom(contact, turn);
        }
    }

    private static void Change(RosterRow? row, Jid contact, SubscriptionStep step, Turn turn, byte[]? request = null)
    {
        var before = SubscriptionState.Of(row);
        if (step.Next == before)
        {
            return;
        }

        var changed = (row ?? RosterItems.New(turn.User, contact)) with
        {
            Subscription = step.Next.Subscription,
            Ask = step.Next.PendingOut,
            PendingIn = step.Next.PendingIn,
            Approved = step.Next.Approved,
            PendingStanza = step.Next.PendingIn ? request ?? row?.PendingStanza : null,
        };
        if (step.Push)
        {
            RosterItems.Store(changed, turn);
        }
        else
        {
            RosterItems.StoreUnseen(changed, turn);
        }
    }

    private static byte[] Kept(Stanza request, Jid contact, Jid user) => request.Bytes.Length <= MaxKeptRequest
        ? request.Bytes
        : PresenceStanzas.Subscription(StanzaType.Subscribe, contact, user);

    private static void Answer(StanzaType asked, StanzaType answer, OutboxInput input, Turn turn)
    {
        if (asked == StanzaType.Subscribe)
        {
            turn.SendDurably(input.From.Bare, PresenceStanzas.Subscription(answer, input.To, input.From));
        }
    }

    private static OutboundStanza Whole(byte[] bytes) => new(0, bytes, default, default);
}

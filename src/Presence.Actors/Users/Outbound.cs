using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// The way out to one client: numbers, the unacknowledged list, the send window, what waits. Every stanza to a client goes through here, in
/// order; a durable one is numbered by a write before it is sent (S11), a stanza without row takes the next number and never overtakes.
/// </summary>
public static class Outbound
{
    /// <summary>
    /// Resources whose presence waits for one session. A contact with a new resource at every log-in would otherwise fill the queue of a phone that
    /// sleeps for days.
    /// </summary>
    private const int MaxPresences = 256;

    /// <summary>A stanza without row. Sent now, or kept for a resumable session that takes nothing at the moment.</summary>
    /// <param name="presenceOf">Full JID whose presence this is; a later one replaces it while it waits.</param>
    /// <param name="shows">Id of the row it shows as a page of the archive.</param>
    /// <param name="key">A later one of the same key replaces it while it waits. It is not held from an inactive client.</param>
    public static void Ephemeral(
        SessionState session, in OutboundStanza stanza, Turn turn, string? presenceOf = null, bool chatState = false, long shows = 0, string? key = null)
    {
        if (session.Receiving && !(session.Inactive && (presenceOf is not null || chatState)))
        {
            FlushWaiting(session);
            Enqueue(session, 0, stanza, stanza.Length, shows);
            Pump(session, turn);
        }
        else if (session.Resumable || session.Attached)
        {
            if (chatState && !session.Attached)
            {
                // A chat state is about now; there is no later at which it would be true.
                return;
            }

            Keep(session, new Waiting(stanza, presenceOf, null, null, turn.Now, turn.User.LastId, key));
        }
    }

    /// <summary>An IQ request: waits like the rest, but is refused when the client stays away (sessions.md 3.4).</summary>
    public static void Request(SessionState session, in OutboundStanza stanza, byte[] original, Jid from, Turn turn)
    {
        if (session.Receiving)
        {
            Ephemeral(session, stanza, turn);
        }
        else
        {
            Keep(session, new Waiting(stanza, null, original, from, turn.Now, turn.User.LastId));
        }
    }

    /// <summary>A message that has just become a row. The bytes are at hand, so a connected client needs no read.</summary>
    public static void Durable(SessionState session, MessageRow row, MessageForm form, Turn turn)
    {
        if (!session.Receiving)
        {
            // Stays in the tail without a number; the attach gives it one.
            return;
        }

        FlushWaiting(session);
        session.Cursor = Math.Max(session.Cursor, row.Id);
        var stanza = MessageForms.Render(row, form, session.FullJid, turn.Environment, delayed: false);
        Number(session, row.Id, stanza, row.Body.Length, turn);
        Pump(session, turn);
    }

    /// <summary>Numbers every row the session lacks and sends on: at a resume, at the end of silence.</summary>
    public static void Replay(SessionState session, Turn turn)
    {
        var tail = turn.User.Tail;
        for (var at = Tail.FirstBehind(tail, session.Cursor); at < tail.Count; at++)
        {
            var row = tail[at];
            if (MessageForms.Choose(row, session) != MessageForm.None)
            {
                // In the order things came: a roster that was asked for must not follow the pushes that changed it since.
                FlushWaiting(session, row.Id);
                Number(session, row.Id, default, row.Size, turn);
            }
        }

        session.Cursor = Math.Max(session.Cursor, turn.User.LastId);
        FlushWaiting(session);
        Pump(session, turn);
    }

    /// <summary>Gives the next number to a row, by a write if the session is stored.</summary>
    public static void Number(SessionState session, long messageId, in OutboundStanza stanza, int size, Turn turn)
    {
        var number = Enqueue(session, messageId, stanza, size);
        if (session.Resumable && session.Unacked is { } list && list[^1].Number == number)
        {
            turn.Emit(new DeliveryNumbered(new DeliveryRow(turn.User.UserId, session.No, number, messageId)));
        }
    }

    /// <summary>Everything up to <paramref name="h"/> has arrived. Written lazily: losing it costs a repeat in a new session or a spurious push.</summary>
    public static void Acknowledged(SessionState session, long h, Turn turn, bool pump = true)
    {
        if (h <= session.Acked || session.Unacked is not { } list)
        {
            session.Acked = Math.Max(session.Acked, h);
            return;
        }

        var count = 0;
        var durable = false;
        while (count < list.Count && list[count].Number <= h)
        {
            var item = list[count++];
            session.UnackedBytes -= item.Size;
            if (item.SentAt != 0)
            {
                session.InWindow -= item.Size;
            }

            if (item.MessageId != 0 || item.Shows != 0)
            {
                durable = true;
                Backlog.Acknowledged(turn.User, item.MessageId != 0 ? item.MessageId : item.Shows);
            }
        }

        list.RemoveRange(0, count);
        session.NextToSend = Math.Max(0, session.NextToSend - count);
        session.Acked = h;
        if (durable && session.AckDirtySince == 0)
        {
            session.AckDirtySince = turn.Now;
        }

        Tail.Trim(turn);
        if (pump)
        {
            Pump(session, turn);
        }
    }

    /// <summary>Sends from where it stopped, as far as bytes are at hand and the window allows; asks for bodies it lacks.</summary>
    public static void Pump(SessionState session, Turn turn)
    {
        if (!session.Receiving || session.Connection is not { } connection || session.Unacked is not { } list)
        {
            return;
        }

        while (session.NextToSend < list.Count)
        {
            var item = list[session.NextToSend];
            if (!item.HasBytes)
            {
                BodyReading.Ask(session, list, turn);
                return;
            }

            if (session.InWindow > 0 && session.InWindow + item.Size > turn.Options.SendWindowBytes)
            {
                return;
            }

            turn.Stanza(connection, item.Stanza with { Number = item.Number });
            item.SentAt = turn.Now;
            session.InWindow += item.Size;
            session.NextToSend++;
            if (item.MessageId != 0)
            {
                // The row has the body; memory keeps none.
                item.Stanza = default;
            }
        }
    }

    /// <summary>Empties the list for numbers that begin anew, and returns what the client has not been sent.</summary>
    public static List<Unacknowledged> TakeUnsent(SessionState session)
    {
        var unsent = session.Unacked is { } list ? list[session.NextToSend..] : [];
        (session.Unacked, session.NextToSend, session.UnackedBytes, session.InWindow) = (null, 0, 0, 0);
        return unsent;
    }

    /// <summary>Numbers what was not sent before and sends on.</summary>
    public static void Renumbered(SessionState session, List<Unacknowledged> unsent, Turn turn)
    {
        foreach (var item in unsent)
        {
            if (item.MessageId != 0)
            {
                Number(session, item.MessageId, item.Stanza, item.Size, turn);
            }
            else
            {
                Enqueue(session, 0, item.Stanza, item.Size, item.Shows);
            }
        }

        Pump(session, turn);
    }

    /// <summary>Nothing is sent for a while: the rows have the bodies, memory keeps none.</summary>
    public static void DropBodies(SessionState session)
    {
        foreach (var item in session.Unacked ?? [])
        {
            if (item.MessageId != 0)
            {
                item.Stanza = default;
            }
        }
    }

    /// <summary>Sends what waits without numbers, in order.</summary>
    /// <param name="before">Only what came before this row.</param>
    public static void FlushWaiting(SessionState session, long before = long.MaxValue)
    {
        if (session.Waiting is not { Count: > 0 } waiting)
        {
            return;
        }

        var count = before == long.MaxValue ? waiting.Count : waiting.TakeWhile(w => w.After < before).Count();
        for (var i = 0; i < count; i++)
        {
            session.WaitingBytes -= waiting[i].Stanza.Length;
            Enqueue(session, 0, waiting[i].Stanza, waiting[i].Stanza.Length);
        }

        if (count == waiting.Count)
        {
            session.Waiting = null;
        }
        else
        {
            waiting.RemoveRange(0, count);
        }
    }

    private static long Enqueue(SessionState session, long messageId, in OutboundStanza stanza, int size, long shows = 0)
    {
        var list = session.Unacked ??= [];
        var number = ++session.OutSeq;
        list.Add(new Unacknowledged { Number = number, MessageId = messageId, Shows = shows, Stanza = stanza, Size = size });
        session.UnackedBytes += size;
        return number;
    }

    private static void Keep(SessionState session, Waiting item)
    {
        var waiting = session.Waiting ??= [];
        if (item.Key is not null && waiting.FindIndex(w => w.Key == item.Key) is >= 0 and var same)
        {
            session.WaitingBytes -= waiting[same].Stanza.Length;
            waiting.RemoveAt(same);
        }

        if (item.PresenceOf is not null)
        {
            if (session.PresenceMissed)
            {
                return;
            }

            var at = waiting.FindIndex(w => w.PresenceOf == item.PresenceOf);
            if (at >= 0)
            {
                // It takes the last place, not the old one: what came between may be older news of the same contact, "nobody is there" among it.
                session.WaitingBytes -= waiting[at].Stanza.Length;
                waiting.RemoveAt(at);
            }
            else if (waiting.Count(w => w.PresenceOf is not null) >= MaxPresences)
            {
                session.PresenceMissed = true;
                session.WaitingBytes -= waiting.Where(w => w.PresenceOf is not null).Sum(w => w.Stanza.Length);
                waiting.RemoveAll(w => w.PresenceOf is not null);
                return;
            }
        }

        waiting.Add(item);
        session.WaitingBytes += item.Stanza.Length;
    }
}

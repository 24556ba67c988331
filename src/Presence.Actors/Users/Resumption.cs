using Presence.Actors.Users.Features;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>A session that comes back on another connection (XEP-0198 §5): who may, and what it is sent. Never from memory alone: every attach is a write.</summary>
public static class Resumption
{
    /// <summary>
    /// XEP-0198 §5: attaches the connection by a write (sessions.md 2.3). Refused with <c>item-not-found</c> if there is no such session of this account, with h if it is
    /// among the last ten that ended; and if the client counted otherwise than it was told, which costs the session nothing. A connection that still holds the session is
    /// closed with <c>conflict</c>.
    /// </summary>
    public static void Resume(ResumeInput input, Turn turn)
    {
        var user = turn.User;
        if (user.Sessions.Find(s => s.SmId == input.SmId) is not { } session)
        {
            var stone = user.Tombstones.Find(t => t.SmId == input.SmId);
            turn.Control(input.Connection, new ResumeRefusedOutput(StanzaErrorCondition.ItemNotFound, stone?.HIn));
            return;
        }

        var h = (long)SmCounter.FromWire(input.H, new SmCounter((ulong)session.Acked)).Value;
        if (h < session.Acked || (h > session.OutSeq && !session.Restored))
        {
            // A client that counts otherwise than it told us would get the wrong stanzas again; a new session is the safe way. The h told is
            // written like any other (S3).
            SessionRows.Store(session, turn);
            turn.Control(input.Connection, new ResumeRefusedOutput(StanzaErrorCondition.ItemNotFound, session.HIn));
            return;
        }

        if (session.Connection is { } older)
        {
            turn.Control(older, new CloseOutput(StreamErrorCondition.Conflict, "resumed on another connection"));
        }

        Attach(session, input, h, turn);
    }

    private static void Attach(SessionState session, ResumeInput input, long h, Turn turn)
    {
        session.Connection = input.Connection;
        session.ConnectionNumber++;
        session.Remote = input.Remote;
        (session.DetachedAt, session.ExpiresAt, session.Inactive, session.Reading) = (0, 0, false, false);
        // An acknowledgement that the old connection asked for is none of the new one's: it would come before <resumed/>.
        session.AckRequestedAt = 0;
        session.NextToSend = session.InWindow = 0;
        session.Unacked?.ForEach(item => item.SentAt = 0);
        turn.Control(input.Connection, new ResumedOutput(session.FullJid, session.SmId!, session.HIn));
        Outbound.Acknowledged(session, h, turn, pump: false);
        var restored = session.Restored;
        if (restored)
        {
            Renumber(session, h, turn);
        }

        session.RestorePresenceAt = session.Away ? turn.Now + (long)turn.Options.ResumeSettle.TotalMilliseconds : 0;
        Outbound.Replay(session, turn);
        SessionRows.Store(session, turn);
        if (restored || session.PresenceMissed)
        {
            PresenceFeature.RefreshContacts(session, turn);
        }
    }

    /// <summary>
    /// After a crash only durable stanzas are known, with gaps where others were: they take the numbers from h + 1 on, which is where the
    /// client counts on (cluster-protocol 7.3, model delivery.py). An h above the last recorded number is the client's to know.
    /// </summary>
    private static void Renumber(SessionState session, long h, Turn turn)
    {
        session.Restored = false;
        session.OutSeq = h;
        var left = session.Unacked;
        session.Unacked = null;
        session.UnackedBytes = 0;
        turn.Emit(new DeliveryCleared(turn.User.UserId, session.No));
        foreach (var item in left ?? [])
        {
            Outbound.Number(session, item.MessageId, default, item.Size, turn);
        }
    }
}

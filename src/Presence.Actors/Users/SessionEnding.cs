using Presence.Actors.Users.Features;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>The end of a session and of what hangs on it: presence, requests that wait, registrations (sessions.md 2.6–2.9). It never takes away a message.</summary>
public static class SessionEnding
{
    /// <summary>
    /// Ends a session for good: closes its connection unless the client did, takes back its presence, refuses requests that wait for it, releases its push
    /// registrations, and leaves a tombstone if it was stored. What it has not acknowledged stays in the account's backlog (sessions.md 4.3).
    /// </summary>
    public static void End(SessionState session, Turn turn, EndReason reason)
    {
        var user = turn.User;
        if (session.Connection is { } connection && reason != EndReason.LoggedOut)
        {
            turn.Control(connection, new CloseOutput(ConditionOf(reason), null));
        }

        if (reason == EndReason.Expired)
        {
            // While its presence still says what it would have been shown.
            PushFeature.Terminated(session, turn);
        }

        RefuseRequests(session, turn);
        if (session.Available || session.Directed is not null)
        {
            PresenceFeature.SessionGone(session, turn);
        }

        ReleaseRegistrations(session, reason, turn);
        SessionRows.StoreAcknowledged(session, turn);
        if (session.Stored is not null)
        {
            var stone = session.SmId is { } id ? new TombstoneRow(user.UserId, id, session.HIn, turn.Now) : null;
            turn.Emit(new SessionEnded(user.UserId, session.No, session.ConnectionNumber, stone));
        }

        user.Sessions.Remove(session);
        session.Connection = null;
        Tail.Trim(turn);
    }

    /// <summary>IQ requests that waited too long, or whose session ends, are refused (sessions.md 3.4).</summary>
    public static void RefuseRequests(SessionState session, Turn turn)
    {
        if (session.Waiting is not { } waiting)
        {
            return;
        }

        foreach (var item in waiting)
        {
            if (item is { Request: { } request, RequestFrom: { } from } && Stanza.TryParseStamped(request, out var stanza))
            {
                IqFeature.Refuse(stanza, from, session.FullJid, StanzaErrorCondition.RecipientUnavailable, turn);
            }
        }

        session.WaitingBytes -= waiting.Where(w => w.Request is not null).Sum(w => w.Stanza.Length);
        waiting.RemoveAll(w => w.Request is not null);
    }

    /// <summary>Lets the registrations of one session follow another (sessions.md 2.6).</summary>
    public static void MoveRegistrations(int from, int to, Turn turn)
    {
        foreach (var registration in turn.User.Registrations.ToArray())
        {
            if (registration.SessionNo == from)
            {
                turn.Emit(new PushRegistered(registration with { SessionNo = to }));
            }
        }
    }

    private static void ReleaseRegistrations(SessionState session, EndReason reason, Turn turn)
    {
        foreach (var registration in turn.User.Registrations.ToArray())
        {
            if (registration.SessionNo != session.No)
            {
                continue;
            }

            if (registration.OwnForm && reason is EndReason.LoggedOut or EndReason.Kicked or EndReason.Removed)
            {
                // Logging out is the supported way to stop pushes to a device (R13).
                PushFeature.Unregister(registration, turn);
            }
            else
            {
                turn.Emit(new PushRegistered(registration with { SessionNo = 0 }));
            }
        }
    }

    private static StreamErrorCondition ConditionOf(EndReason reason) => reason switch
    {
        EndReason.Replaced => StreamErrorCondition.Conflict,
        EndReason.QueueFull => StreamErrorCondition.ResourceConstraint,
        EndReason.Kicked => StreamErrorCondition.Reset,
        EndReason.Defect => StreamErrorCondition.InternalServerError,
        // XEP-0077 §3.2. A reset would have the client try to log in again.
        EndReason.Removed => StreamErrorCondition.NotAuthorized,
        _ => StreamErrorCondition.ConnectionTimeout,
    };
}

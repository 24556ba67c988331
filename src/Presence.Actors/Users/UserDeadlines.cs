using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Every deadline of a user, derived from its state: nothing is lost when an owner dies, because the next one derives the same. The executor
/// wakes the user at the earliest; <see cref="Run"/> then does whatever is due.
/// </summary>
public static class UserDeadlines
{
    /// <summary>Acknowledgements are written after this long at the latest, or with anything else the session writes.</summary>
    private const long AckFlushAfter = 1000;

    public static long Next(UserState user, SessionOptions options)
    {
        var next = user.PushReviewAt;
        foreach (var push in user.Pushes)
        {
            if (push.State == PushState.Due)
            {
                next = Math.Min(next, push.DueAt);
            }
        }

        foreach (var session in user.Sessions)
        {
            next = Math.Min(next, Next(user, session, options));
        }

        return next;
    }

    private static long Next(UserState user, SessionState session, SessionOptions options)
    {
        var next = long.MaxValue;
        if (session.AckDirtySince != 0)
        {
            next = session.AckDirtySince + AckFlushAfter;
        }

        if (session.Attached)
        {
            if (session.AckRequestedAt != 0)
            {
                next = Math.Min(next, session.AckRequestedAt + (long)options.AckDelay.TotalMilliseconds);
            }

            return session.RestorePresenceAt != 0 ? Math.Min(next, session.RestorePresenceAt) : next;
        }

        next = Math.Min(next, session.ExpiresAt);
        if (session.Stored is { Phase: SessionPhase.Attached })
        {
            next = Math.Min(next, Settled(session, options));
        }

        if (options.AwayWhenSuspended && session is { Away: false, Available: true } && PushEnabled(user, session))
        {
            next = Math.Min(next, session.DetachedAt + (long)options.AwayAfter.TotalMilliseconds);
        }

        return session.Waiting?.Exists(w => w.Request is not null) == true ? Math.Min(next, session.DetachedAt + (long)options.IqWait.TotalMilliseconds) : next;
    }

    /// <summary>
    /// Until then a client without socket counts as on its way back: one that was attached when the last owner died (its detachment is not written before,
    /// so that the next owner waits for it again), or one that changes networks.
    /// </summary>
    public static long Settled(SessionState session, SessionOptions options) => session.DetachedAt + (long)options.PushUnackedAfter.TotalMilliseconds;

    public static bool PushEnabled(UserState user, SessionState session)
    {
        foreach (var registration in user.Registrations)
        {
            if (registration.SessionNo == session.No && registration.DisabledReason is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Does what is due. Safe to call at any time.</summary>
    public static void Run(Turn turn)
    {
        var user = turn.User;
        user.ScheduledAt = long.MaxValue;
        foreach (var session in user.Sessions.ToArray())
        {
            if (session.Attached)
            {
                RunAttached(session, turn);
            }
            else
            {
                RunDetached(session, turn);
            }

            if (session.AckDirtySince != 0 && turn.Now >= session.AckDirtySince + AckFlushAfter)
            {
                SessionRows.StoreAcknowledged(session, turn);
            }
        }
    }

    private static void RunAttached(SessionState session, Turn turn)
    {
        if (session.AckRequestedAt != 0 && turn.Now >= session.AckRequestedAt + (long)turn.Options.AckDelay.TotalMilliseconds)
        {
            session.AckRequestedAt = 0;
            turn.AcknowledgeCommitted(session);
        }

        if (session.RestorePresenceAt != 0 && turn.Now >= session.RestorePresenceAt)
        {
            session.RestorePresenceAt = 0;
            Features.PresenceFeature.Restore(session, turn);
        }
    }

    private static void RunDetached(SessionState session, Turn turn)
    {
        if (session.Stored is { Phase: SessionPhase.Attached } && turn.Now >= Settled(session, turn.Options))
        {
            // It stays away, or the last owner died with the socket (cluster-protocol 7.7): detach is a write of the owner's own.
            SessionRows.StoreAcknowledged(session, turn);
        }

        if (turn.Now >= session.ExpiresAt)
        {
            SessionEnding.End(session, turn, EndReason.Expired);
            return;
        }

        if (turn.Options.AwayWhenSuspended && session is { Away: false, Available: true } && PushEnabled(turn.User, session)
            && turn.Now >= session.DetachedAt + (long)turn.Options.AwayAfter.TotalMilliseconds)
        {
            Features.PresenceFeature.ShowAway(session, turn);
        }

        if (turn.Now >= session.DetachedAt + (long)turn.Options.IqWait.TotalMilliseconds)
        {
            SessionEnding.RefuseRequests(session, turn);
        }
    }
}

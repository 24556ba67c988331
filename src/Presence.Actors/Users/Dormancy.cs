using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Which users need not be in memory: those for whom a load from rows gives everything back that was promised. A suspended session is rows; its deadlines
/// stay in the executor's timer heap. It must never call a user dormant that holds a stanza without row.
/// </summary>
public static class Dormancy
{
    /// <summary>No client is connected.</summary>
    public static bool IsQuiet(UserState user)
    {
        foreach (var session in user.Sessions)
        {
            if (session.Attached)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Forgetting the user loses nothing: presence that waits is asked for afresh at the resume (sessions.md 2.4), everything else has a row.</summary>
    public static bool MayLeave(UserState user)
    {
        // A user whose pushes are on their way would come back not knowing that, and send them again.
        if (user.PushMemory.InFlight.Count > 0 || user.PushReviewAt != long.MaxValue)
        {
            return false;
        }

        foreach (var session in user.Sessions)
        {
            if (session.Attached || session.AckDirtySince != 0 || session.Stored is not { Phase: SessionPhase.Disconnected } || session.HIn != session.Stored.HIn
                || session.Waiting?.Exists(w => w.PresenceOf is null) == true || session.Unacked?.Exists(u => u.MessageId == 0) == true)
            {
                return false;
            }
        }

        return true;
    }
}

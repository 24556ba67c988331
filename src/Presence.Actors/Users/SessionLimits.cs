namespace Presence.Actors.Users;

/// <summary>
/// How many sessions a user may have and how much may wait for each (sessions.md 2.7). Past a limit a session ends; it must never cost a message, which stays in
/// the log.
/// </summary>
public static class SessionLimits
{
    /// <summary>
    /// A client that loses its connections and never resumes would otherwise lock its user out until the sessions it left expire. The one that would
    /// expire first goes: a phone that sleeps with push outlives them. False: every place is taken by a client that is connected.
    /// </summary>
    public static bool MakeRoom(Turn turn)
    {
        var sessions = turn.User.Sessions;
        while (sessions.Count >= turn.Options.MaxSessions)
        {
            if (sessions.Where(s => !s.Attached).MinBy(s => s.ExpiresAt) is not { } next)
            {
                return false;
            }

            SessionEnding.End(next, turn, EndReason.Expired);
        }

        return true;
    }

    /// <summary>Ends sessions for which more waits than may (sessions.md 2.7); their messages stay in the archive.</summary>
    public static void EnforceLimits(Turn turn)
    {
        var user = turn.User;
        for (var i = user.Sessions.Count - 1; i >= 0; i--)
        {
            var session = user.Sessions[i];
            var count = (session.Unacked?.Count ?? 0) + (session.Waiting?.Count ?? 0);
            var bytes = (long)session.UnackedBytes + session.WaitingBytes;
            if (count + user.Tail.Count <= turn.Options.MaxQueuedStanzas && bytes + user.TailBytes <= turn.Options.MaxQueuedBytes)
            {
                continue;
            }

            for (var at = Tail.FirstBehind(user.Tail, session.Cursor); at < user.Tail.Count; at++)
            {
                if (MessageForms.Choose(user.Tail[at], session) != MessageForm.None)
                {
                    count++;
                    bytes += user.Tail[at].Size;
                }
            }

            if (count > turn.Options.MaxQueuedStanzas || bytes > turn.Options.MaxQueuedBytes)
            {
                SessionEnding.End(session, turn, EndReason.QueueFull);
            }
        }
    }

    /// <summary>Sessions for which more rows wait than were loaded cannot tell what they lack, and must not be resumed.</summary>
    public static void EndIncomplete(Turn turn)
    {
        var user = turn.User;
        if (user.Overfull is not { } overfull)
        {
            return;
        }

        user.Overfull = null;
        foreach (var no in overfull)
        {
            if (user.SessionOf(no) is { } session)
            {
                SessionEnding.End(session, turn, EndReason.QueueFull);
            }
        }
    }
}

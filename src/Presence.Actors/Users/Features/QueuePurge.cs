using Presence.Actors.Admin;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Empties what waits, for one session or for a user altogether, when an operator orders it. The archive keeps what it shows. It never takes back what is on its way to a
/// connected client, and ends no session: a client that resumes goes on from where it counts, with nothing in between.
/// </summary>
internal static class QueuePurge
{
    public static void Decide(PurgeQueueRequest request, Action<AdminReply> reply, Turn turn)
    {
        var user = turn.User;
        List<SessionState> sessions = [.. user.Sessions];
        if (request.Resource is { } resource)
        {
            if (user.SessionOf(resource) is not { } one)
            {
                AdminFeature.Answer(reply, AdminStatus.NotFound, turn);
                return;
            }

            sessions = [one];
        }

        var purged = new Dictionary<long, int>();
        foreach (var session in sessions.Where(s => !s.Receiving))
        {
            Session(session, purged, turn);
        }

        if (request.Resource is null)
        {
            Unread(purged, turn);
        }

        Tail.Trim(turn);
        Pushes(request.Resource is null ? null : sessions, turn);
        var counts = new PurgeCounts(purged.Count, purged.Values.Sum(size => (long)size));
        turn.After(() => reply(new AdminReply(AdminStatus.Done, Purged: counts)));
    }

    /// <summary>
    /// What has a number loses it. How far its client has come it alone knows, so the next attach counts on from there, as after a crash (ownership.md 5.1).
    /// </summary>
    private static void Session(SessionState session, Dictionary<long, int> purged, Turn turn)
    {
        var user = turn.User;
        foreach (var row in user.Tail)
        {
            // What was sent before a silence is on its way, too.
            var lacking = session.Attached ? row.Id > session.Cursor : Tail.Lacks(session, row.Id);
            if (lacking && MessageForms.Choose(row, session) != MessageForm.None)
            {
                purged[row.Id] = row.Size;
            }
        }

        session.Cursor = user.LastId;
        SessionEnding.RefuseRequests(session, turn);
        (session.Waiting, session.WaitingBytes, session.PresenceMissed) = (null, 0, true);
        if (!session.Attached)
        {
            (session.Unacked, session.UnackedBytes, session.NextToSend, session.InWindow) = (null, 0, 0, 0);
            session.Restored = true;
            turn.Emit(new DeliveryCleared(user.UserId, session.No));
        }

        SessionRows.Store(session, turn);
    }

    /// <summary>
    /// What no device has acknowledged waits no more, unless a connected client is just getting it. Rows that nobody needs and the archive does not show are deleted; of those
    /// behind a cut (<see cref="UserState.BacklogCutAt"/>) nobody knows here, and retention deletes them.
    /// </summary>
    private static void Unread(Dictionary<long, int> purged, Turn turn)
    {
        var user = turn.User;
        var kept = user.Sessions.SelectMany(s => s.Unacked ?? []).Select(item => item.MessageId).ToHashSet();
        var gone = user.Backlog.FindAll(row => !kept.Contains(row.Id));
        foreach (var row in gone)
        {
            purged[row.Id] = row.Size;
        }

        user.Backlog.RemoveAll(row => !kept.Contains(row.Id));
        (user.BacklogCutAt, user.BacklogBytes) = (0, user.Backlog.Sum(row => (long)row.Size));
        turn.Emit(new AccountCursorsMoved(user.UserId, user.DeliveredAny, user.LastId));
        var inTail = user.Tail.Select(row => row.Id).ToHashSet();
        var invisible = gone.Where(row => (row.Flags & MessageFlags.Visible) == 0 && !inTail.Contains(row.Id)).Select(row => row.Id).ToList();
        if (invisible.Count > 0)
        {
            turn.Emit(new MessagesDropped(user.UserId, invisible));
        }
    }

    /// <summary>A push that has not left would wake a phone for what it will not find.</summary>
    /// <param name="sessions">Null: all, and registrations without one.</param>
    private static void Pushes(List<SessionState>? sessions, Turn turn)
    {
        var user = turn.User;
        foreach (var push in user.Pushes.FindAll(p => p.State == PushState.Due && !PushFeature.IsTerminated(p)))
        {
            var registration = user.Registrations.Find(r => r.Service == push.Service && r.Node == push.Node);
            if (sessions is null || sessions.Exists(s => s.No == registration?.SessionNo))
            {
                PushFeature.Remove(push, turn);
            }
        }
    }
}

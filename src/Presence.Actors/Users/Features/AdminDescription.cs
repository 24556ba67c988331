using Presence.Actors.Admin;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>A user as operators see it: sessions, what waits for whom, where pushes go. It only looks, and never shows what a message says.</summary>
internal static class AdminDescription
{
    /// <summary>Messages listed at most, oldest first.</summary>
    private const int MaxQueue = 1_000;

    public static void Give(Action<AdminReply> reply, Turn turn)
    {
        var user = turn.User;
        var description = new UserDescription(
            user.Jid.ToString(), user.Sessions.ConvertAll(s => Describe(s, turn)), Queue(turn), user.Registrations.ConvertAll(r => Describe(r, user)))
        {
            RosterSize = user.Roster.Values.Count(RosterItems.IsShown),
            WaitingBytes = user.BacklogBytes,
            MaxWaitingBytes = turn.Options.MaxQueuedBytesPerUser,
        };
        turn.After(() => reply(new AdminReply(AdminStatus.Done, description)));
    }

    private static SessionDescription Describe(SessionState session, Turn turn)
    {
        var user = turn.User;
        var queued = (long)(session.Unacked?.Count ?? 0) + (session.Waiting?.Count ?? 0);
        var bytes = (long)session.UnackedBytes + session.WaitingBytes;
        foreach (var row in user.Tail)
        {
            if (row.Id > session.Cursor && MessageForms.Choose(row, session) != MessageForm.None)
            {
                queued++;
                bytes += row.Size;
            }
        }

        return new SessionDescription(
            session.Resource, session.No, PhaseOf(session), session.Resumable, PresenceOf(session, user), session.Priority, queued, bytes,
            session.Connection?.Value, session.Attached ? session.Remote : null, session.Attached ? null : session.ExpiresAt, session.LastInteraction,
            UserDeadlines.PushEnabled(user, session), session.Carbons);
    }

    private static string PhaseOf(SessionState session) =>
        !session.Attached ? "disconnected" : session.Silent ? "silent" : session.Inactive ? "inactive" : "active";

    /// <summary>What contacts are shown.</summary>
    private static string PresenceOf(SessionState session, UserState user) =>
        !session.Available ? "unavailable"
        : Stanza.TryParseStamped(PresenceFanout.Shown(session, user), out var stanza) && PresenceStanzas.ShowOf(stanza) is { Length: > 0 } show ? show
        : "available";

    /// <summary>What some session lacks, and what waits for a first device to come.</summary>
    private static List<QueuedMessage> Queue(Turn turn)
    {
        var user = turn.User;
        var queue = new List<QueuedMessage>();
        foreach (var row in user.Tail.UnionBy(user.Backlog, r => r.Id).OrderBy(r => r.Id))
        {
            var waits = user.Sessions.FindAll(s => Tail.Lacks(s, row.Id) && MessageForms.Choose(row, s) != MessageForm.None).ConvertAll(s => s.Resource);
            if (waits.Count > 0 || Backlog.Holds(user, row.Id))
            {
                var deserving = (row.Flags & MessageFlags.Deserving) != 0;
                queue.Add(new QueuedMessage(turn.Environment.StanzaIds.Encode(row.Id), row.Id, row.Peer, row.Size, deserving, waits));
            }

            if (queue.Count == MaxQueue)
            {
                break;
            }
        }

        return queue;
    }

    private static RegistrationDescription Describe(PushRegistrationRow row, UserState user) =>
        new(row.Service, row.Node, user.SessionOf(row.SessionNo)?.Resource, row.Hold, row.DisabledReason);
}

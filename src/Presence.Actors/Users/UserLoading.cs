using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>Builds a user's memory from its rows. What lived in memory only (sockets, presence of others, waiting stanzas) is empty.</summary>
internal static class UserLoading
{
    public static UserState Build(long userId, UserRows? rows, Jid jid, int shard, long now, ActorEnvironment environment, bool erasing = false)
    {
        if (rows is null)
        {
            return new UserState { UserId = userId, Jid = jid, Shard = shard, Exists = false, Erasing = erasing };
        }

        var user = new UserState { UserId = userId, Jid = Jid.Parse(rows.Account.Jid), Shard = shard, BacklogLimit = environment.Options.MaxQueuedStanzas + 1 };
        (user.RosterVersion, user.DeliveredAnyStored, user.LastId) = (rows.Account.RosterVersion, rows.Account.DeliveredAny, rows.Account.LastId);
        user.Retractions = rows.Retractions.Count > 0 ? [.. rows.Retractions] : null;
        user.Archive = Features.ArchivePolicy.Of(rows.Account.Archive);
        user.Backlog.AddRange(rows.Backlog);
        user.BacklogCutAt = rows.Backlog.Count > environment.Options.MaxQueuedStanzas ? rows.Backlog[^1].Id : 0;
        user.Overfull = rows.Overfull.Count > 0 ? [.. rows.Overfull] : null;
        foreach (var item in rows.Roster)
        {
            user.Roster[item.Contact] = item;
        }

        if (rows.Blocked.Count > 0)
        {
            user.Blocked = [.. rows.Blocked];
        }

        // In the order of kinds: nodes come before their items.
        foreach (var document in rows.Documents)
        {
            if (Eventing.EventNodes.Holds(document.Kind))
            {
                (user.Events ??= new()).Stored(document);
            }
            else
            {
                (user.Documents ??= []).Add(document);
            }
        }

        user.Tombstones.AddRange(rows.Tombstones);
        user.Registrations.AddRange(rows.Registrations);
        user.Pushes.AddRange(rows.Pushes);
        user.Tail.AddRange(rows.Tail);
        user.TailBytes = rows.Tail.Sum(m => (long)m.Size);
        foreach (var row in rows.Sessions)
        {
            if (rows.Docs.FirstOrDefault(d => d.SessionNo == row.SessionNo) is { } doc)
            {
                user.Sessions.Add(Session(user, row, doc, rows.Deliveries, now, environment));
            }
        }

        user.Backlog.RemoveAll(row => user.Sessions.Exists(s => HasAcknowledged(s, row)));
        user.BacklogBytes = user.Backlog.Sum(m => (long)m.Size) + rows.BacklogBytesBeyond;
        return user;
    }

    /// <summary>
    /// A row that was addressed to a session is numbered when the session's cursor passes it; if it is not numbered any more, that session acknowledged
    /// it and must not be offered it again (A2). Of other rows the rows of a session do not tell.
    /// </summary>
    private static bool HasAcknowledged(SessionState session, MessageRef row) =>
        (row.Flags & MessageFlags.ToFullJid) != 0 && row.ToResource == session.Resource && row.Id > session.Since && row.Id <= session.Cursor
        && session.Unacked?.Exists(item => item.MessageId == row.Id) != true;

    private static SessionState Session(
        UserState user, SessionRow row, SessionDocRow doc, IReadOnlyList<DeliveryRow> deliveries, long now, ActorEnvironment environment)
    {
        var session = new SessionState
        {
            No = row.SessionNo,
            FullJid = user.Jid.WithResource(doc.Resource),
            ConnectionNumber = row.Connection,
            Managed = true,
            SmId = doc.SmId,
            HIn = row.HIn,
            HStored = row.HIn,
            HCommitted = row.HIn,
            OutSeq = row.OutSeq,
            Acked = row.Acked,
            AckedDurably = row.Acked,
            Cursor = row.Cursor,
            Restored = true,
            FoundAttached = row.Phase == SessionPhase.Attached,
            Hold = UserApply.HoldOf(user, row.SessionNo),
            Presence = doc.Presence,
            Since = doc.Since,
            Offered = doc.Offered,
            Away = doc.Away,
            Carbons = doc.Carbons,
            Inactive = doc.Inactive,

            // No row says whether the client asked for these lists. A push too many does no harm, one too few leaves it wrong.
            RosterRequested = true,
            InterestsLost = true,
            BlocklistRequested = true,
            LastInteraction = row.LastInteraction,
            Stored = row,
        };
        if (doc.Presence is not null && Stanza.TryParseStamped(doc.Presence, out var presence))
        {
            session.Priority = Features.PresenceStanzas.TryPriority(presence, out var priority) ? priority : (sbyte)0;
            session.AvatarSaid = Features.AvatarUpdate.Said(presence);
        }

        session.Directed = doc.Directed.Count > 0 ? [.. doc.Directed] : null;
        foreach (var delivery in deliveries.Where(d => d.SessionNo == row.SessionNo).OrderBy(d => d.OutSeq))
        {
            var at = Tail.FirstBehind(user.Tail, delivery.MessageId - 1);
            var size = at < user.Tail.Count && user.Tail[at].Id == delivery.MessageId ? user.Tail[at].Size : 0;
            (session.Unacked ??= []).Add(new Unacknowledged { Number = delivery.OutSeq, MessageId = delivery.MessageId, Size = size });
            session.UnackedBytes += size;
            session.OutSeq = Math.Max(session.OutSeq, delivery.OutSeq);

            // The cursor is written with acknowledgements only; what is numbered has been considered.
            session.Cursor = Math.Max(session.Cursor, delivery.MessageId);
        }

        // A socket that was attached when the last owner died went with it; the deadline below makes the owner write that.
        session.DetachedAt = row.Phase == SessionPhase.Disconnected ? row.DetachedAt : now;
        session.ExpiresAt = row.Phase == SessionPhase.Disconnected ? row.ExpiresAt : now + (long)Sessions.LifeOf(user, session, environment.Options).TotalMilliseconds;
        return session;
    }
}

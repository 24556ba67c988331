using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>Writes what the store is to know of a session, and nothing that it knows: the hot half often, the cold half when it changes.</summary>
public static class SessionRows
{
    /// <summary>Writes the hot half if anything in it changed, and the acknowledgements that were kept back.</summary>
    public static void Store(SessionState session, Turn turn)
    {
        var user = turn.User;
        if (!session.Resumable)
        {
            return;
        }

        if (session.Acked > session.AckedDurably)
        {
            session.AckedDurably = session.Acked;
            turn.Emit(new DeliveryAcknowledged(user.UserId, session.No, session.Acked));
            StoreCursors(turn);
        }

        var row = new SessionRow(
            user.UserId, session.No, session.ConnectionNumber, session.HIn, session.OutSeq, session.Acked, session.Cursor,
            session.Attached ? SessionPhase.Attached : SessionPhase.Disconnected, session.ExpiresAt, session.DetachedAt, session.LastInteraction);
        if (row != session.Stored)
        {
            turn.Emit(new SessionStored(row));
        }
    }

    /// <summary>Writes what clients acknowledged: lazily, since losing it costs a repeat in a new session or a spurious push only.</summary>
    public static void StoreAcknowledged(SessionState session, Turn turn)
    {
        session.AckDirtySince = 0;
        StoreCursors(turn);
        Store(session, turn);
    }

    /// <summary>With every write of acknowledgements: a row that no session lacks any more would otherwise wait for a device after a crash.</summary>
    private static void StoreCursors(Turn turn)
    {
        var user = turn.User;
        if (user.DeliveredAny != user.DeliveredAnyStored)
        {
            turn.Emit(new AccountCursorsMoved(user.UserId, user.DeliveredAny, user.LastId));
        }
    }

    /// <summary>Writes the cold half: presence, directed targets, carbons, resumption id.</summary>
    public static void StoreDoc(SessionState session, Turn turn)
    {
        if (session.Resumable)
        {
            turn.Emit(new SessionDocStored(new SessionDocRow(
                turn.User.UserId, session.No, session.Resource, session.SmId, session.Presence, session.Directed?.ToArray() ?? [],
                session.Carbons, session.Inactive, session.Since, session.Away, session.Offered)));
        }
    }
}

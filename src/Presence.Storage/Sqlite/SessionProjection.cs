using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Projects session, delivery and push events to rows. Runs inside the guarded transaction and never begins or ends one.
/// </summary>
internal sealed class SessionProjection(Connection connection)
{
    private readonly Statement _store = connection.Prepare("""
        INSERT INTO session (user_id, session_no, connection, h_in, out_seq, acked, cursor, phase, expires_at, detached_at, last_interaction)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, session_no) DO UPDATE SET connection = excluded.connection, h_in = excluded.h_in, out_seq = excluded.out_seq,
            acked = excluded.acked, cursor = excluded.cursor, phase = excluded.phase, expires_at = excluded.expires_at,
            detached_at = excluded.detached_at, last_interaction = excluded.last_interaction
        """);

    private readonly Statement _storeDoc = connection.Prepare("""
        INSERT INTO session_doc (user_id, session_no, resource, sm_id, carbons, inactive, since, away, directed, presence, offered)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, session_no) DO UPDATE SET resource = excluded.resource, sm_id = excluded.sm_id, carbons = excluded.carbons,
            inactive = excluded.inactive, since = excluded.since, away = excluded.away, directed = excluded.directed,
            presence = excluded.presence, offered = excluded.offered
        """);

    private readonly Statement _end = connection.Prepare("DELETE FROM session WHERE user_id = ? AND session_no = ? AND connection = ?");

    private readonly Statement _endDoc = connection.Prepare("DELETE FROM session_doc WHERE user_id = ? AND session_no = ?");

    private readonly Statement _bury = connection.Prepare("""
        INSERT INTO tombstone (user_id, sm_id, h_in, ended_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id, sm_id) DO UPDATE SET h_in = excluded.h_in, ended_at = excluded.ended_at
        """);

    private readonly Statement _forget = connection.Prepare("""
        DELETE FROM tombstone WHERE user_id = ?1 AND sm_id IN (
            SELECT sm_id FROM tombstone WHERE user_id = ?1 ORDER BY ended_at DESC, sm_id DESC LIMIT -1 OFFSET 10)
        """);

    private readonly Statement _number = connection.Prepare("""
        INSERT INTO delivery (user_id, session_no, out_seq, message_id) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id, session_no, out_seq) DO UPDATE SET message_id = excluded.message_id
        """);

    private readonly Statement _acknowledge = connection.Prepare("DELETE FROM delivery WHERE user_id = ? AND session_no = ? AND out_seq <= ?");

    private readonly Statement _clear = connection.Prepare("DELETE FROM delivery WHERE user_id = ? AND session_no = ?");

    private readonly Statement _register = connection.Prepare("""
        INSERT INTO push_registration (user_id, service, node, session_no, options, hold, own_form, pushed, disabled_reason, muted)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, service, node) DO UPDATE SET session_no = excluded.session_no, options = excluded.options, hold = excluded.hold,
            own_form = excluded.own_form, pushed = excluded.pushed, disabled_reason = excluded.disabled_reason,
            muted = excluded.muted
        """);

    private readonly Statement _unregister = connection.Prepare("DELETE FROM push_registration WHERE user_id = ? AND service = ? AND node = ?");

    private readonly Statement _schedule = connection.Prepare("""
        INSERT INTO push_outbox (user_id, service, node, conversation, latest_id, count, due_at, state, attempts, kind, first_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, service, node, conversation) DO UPDATE SET latest_id = excluded.latest_id, count = excluded.count,
            due_at = excluded.due_at, state = excluded.state, attempts = excluded.attempts, kind = excluded.kind,
            first_id = excluded.first_id
        """);

    private readonly Statement _settle = connection.Prepare(
        "DELETE FROM push_outbox WHERE user_id = ? AND service = ? AND node = ? AND conversation = ?");

    public void Store(SessionRow s) => _store.Start().Add(s.UserId).Add(s.SessionNo).Add(s.Connection).Add(s.HIn).Add(s.OutSeq).Add(s.Acked)
        .Add(s.Cursor).Add((long)s.Phase).Add(s.ExpiresAt).Add(s.DetachedAt).Add(s.LastInteraction).Run();

    public void Store(SessionDocRow d) => _storeDoc.Start().Add(d.UserId).Add(d.SessionNo).Add(d.Resource).Add(d.SmId).Add(d.Carbons)
        .Add(d.Inactive).Add(d.Since).Add(d.Away).Add(TextList.Write(d.Directed)).Add(d.Presence).Add(d.Offered).Run();

    public void End(SessionEnded ended)
    {
        if (_end.Start().Add(ended.UserId).Add(ended.SessionNo).Add(ended.Connection).Run() == 0)
        {
            return;
        }

        _endDoc.Start().Add(ended.UserId).Add(ended.SessionNo).Run();
        ClearDeliveries(ended.UserId, ended.SessionNo);
        if (ended.Tombstone is { } stone)
        {
            _bury.Start().Add(stone.UserId).Add(stone.SmId).Add(stone.HIn).Add(stone.EndedAt).Run();
            _forget.Start().Add(stone.UserId).Run();
        }
    }

    public void Number(DeliveryRow row) => _number.Start().Add(row.UserId).Add(row.SessionNo).Add(row.OutSeq).Add(row.MessageId).Run();

    public void Acknowledge(long userId, int sessionNo, long upTo) => _acknowledge.Start().Add(userId).Add(sessionNo).Add(upTo).Run();

    public void ClearDeliveries(long userId, int sessionNo) => _clear.Start().Add(userId).Add(sessionNo).Run();

    public void Register(PushRegistrationRow r) => _register.Start().Add(r.UserId).Add(r.Service).Add(r.Node).Add(r.SessionNo).Add(r.Options)
        .Add(r.Hold).Add(r.OwnForm).Add(r.Pushed).Add(r.DisabledReason)
        .Add(r.Muted is null ? null : TextList.Write(r.Muted)).Run();

    public void Unregister(long userId, string service, string node) => _unregister.Start().Add(userId).Add(service).Add(node).Run();

    public void Schedule(PushOutboxRow p) => _schedule.Start().Add(p.UserId).Add(p.Service).Add(p.Node).Add(p.Conversation).Add(p.LatestId)
        .Add(p.Count).Add(p.DueAt).Add((long)p.State).Add(p.Attempts).Add(p.Kind).Add(p.FirstId).Run();

    public void Settle(long userId, string service, string node, string conversation) =>
        _settle.Start().Add(userId).Add(service).Add(node).Add(conversation).Run();
}

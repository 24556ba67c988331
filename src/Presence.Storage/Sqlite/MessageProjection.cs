using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Projects the message log and what crosses between shards to rows. Runs inside the guarded transaction and never begins or ends one.
/// </summary>
internal sealed class MessageProjection(Connection connection)
{
    private readonly Statement _store = connection.Prepare("""
        INSERT INTO message (user_id, id, peer, peer_resource, flags, origin_session, to_resource, why, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (user_id, id) DO UPDATE SET peer = excluded.peer, peer_resource = excluded.peer_resource, flags = excluded.flags,
            origin_session = excluded.origin_session, to_resource = excluded.to_resource, why = excluded.why, body = excluded.body
        """);

    private readonly Statement _rewrite = connection.Prepare("UPDATE message SET flags = ?3, body = ?4 WHERE user_id = ?1 AND id = ?2");

    private readonly Statement _drop = connection.Prepare("DELETE FROM message WHERE user_id = ? AND id = ?");

    private readonly Statement _append = connection.Prepare("""
        INSERT INTO outbox (from_shard, to_shard, seq, prev, kind, body) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (from_shard, to_shard, seq) DO UPDATE SET prev = excluded.prev, kind = excluded.kind, body = excluded.body
        """);

    private readonly Statement _trim = connection.Prepare("DELETE FROM outbox WHERE from_shard = ? AND to_shard = ? AND seq <= ?");

    private readonly Statement _accept = connection.Prepare("""
        INSERT INTO outbox_cursor (shard, from_shard, seq) VALUES (?, ?, ?) ON CONFLICT (shard, from_shard) DO UPDATE SET seq = excluded.seq
        """);

    public void Store(MessageRow m) => _store.Start().Add(m.UserId).Add(m.Id).Add(m.Peer).Add(m.PeerResource).Add((long)m.Flags)
        .Add(m.OriginSession).Add(m.ToResource).Add(m.Why).Add(m.Body).Run();

    public void Rewrite(MessageRewritten e) => _rewrite.Start().Add(e.UserId).Add(e.Id).Add((long)e.Flags).Add(e.Body).Run();

    public void Drop(long userId, IReadOnlyList<long> ids)
    {
        foreach (var id in ids)
        {
            _drop.Start().Add(userId).Add(id).Run();
        }
    }

    public void Append(OutboxRow item) =>
        _append.Start().Add(item.FromShard).Add(item.ToShard).Add(item.Sequence).Add(item.Previous).Add(item.Kind).Add(item.Body).Run();

    public void Trim(int fromShard, int toShard, long upTo) => _trim.Start().Add(fromShard).Add(toShard).Add(upTo).Run();

    public void Accept(OutboxAccepted a) => _accept.Start().Add(a.Shard).Add(a.FromShard).Add(a.Sequence).Run();
}

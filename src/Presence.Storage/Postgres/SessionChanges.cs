using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>The part of an <see cref="OpenStep"/> that holds sessions, deliveries and pushes. See there for what is taken and what is refused.</summary>
internal sealed class SessionChanges
{
    private readonly Dictionary<(long User, int No), EndedSession> _ended = [];
    private readonly HashSet<long> _buried = [];
    private readonly Dictionary<(long User, int No), StoredSession> _sessions = [];
    private readonly Dictionary<(long User, int No), StoredSessionDoc> _docs = [];
    private readonly List<AcknowledgedDelivery> _acknowledged = [];
    private readonly Dictionary<(long User, int No, long OutSeq), StoredDelivery> _numbered = [];
    private readonly Dictionary<(long User, int No), long> _firstNumbered = [];
    private readonly HashSet<RegistrationKey> _unregistered = [];
    private readonly Dictionary<RegistrationKey, StoredRegistration> _registrations = [];
    private readonly HashSet<PushKey> _settled = [];
    private readonly Dictionary<PushKey, StoredPush> _pushes = [];

    /// <summary>Ends come first in a step: refused after anything was written of the session. One tombstone per user and step, for each buries the eleventh.</summary>
    public bool TryEnd(SessionEnded e)
    {
        var key = (e.UserId, e.SessionNo);
        if (_ended.ContainsKey(key) || _sessions.ContainsKey(key) || _docs.ContainsKey(key) || _firstNumbered.ContainsKey(key)
            || (e.Tombstone is not null && !_buried.Add(e.UserId)))
        {
            return false;
        }

        _ended[key] = new(e.UserId, e.SessionNo, e.Connection, e.Tombstone?.SmId, e.Tombstone?.HIn ?? 0, e.Tombstone?.EndedAt ?? 0);
        return true;
    }

    /// <param name="user">Whose rows are written and not only deleted.</param>
    public bool TryAdd(StoreEvent happened, out long? user)
    {
        user = null;
        switch (happened)
        {
            case SessionStored e: return Store(e.Session, out user);
            case SessionDocStored e: return Store(e.Doc, out user);
            case DeliveryNumbered e: return Number(e.Delivery, out user);
            case DeliveryAcknowledged e: return TryAcknowledge(e.UserId, e.SessionNo, e.UpTo);
            case DeliveryCleared e: return TryAcknowledge(e.UserId, e.SessionNo, long.MaxValue);
            case PushRegistered e: return Register(e.Registration, out user);
            case PushUnregistered e: return TryDelete(_registrations, _unregistered, new(e.UserId, e.Service, e.Node));
            case PushScheduled e: return Schedule(e.Push, out user);
            case PushRemoved e: return TryDelete(_pushes, _settled, new(e.UserId, e.Service, e.Node, e.Conversation));
            default: return false;
        }
    }

    public WriteStep Into(WriteStep step) => step with
    {
        Ended = Rows.Array(_ended.Values),
        Sessions = Rows.Array(_sessions.Values),
        Docs = Rows.Array(_docs.Values),
        Acknowledged = Rows.Array(_acknowledged),
        Deliveries = Rows.Array(_numbered.Values),
        Unregistered = Rows.Array(_unregistered),
        Registrations = Rows.Array(_registrations.Values),
        Settled = Rows.Array(_settled),
        Pushes = Rows.Array(_pushes.Values),
    };

    private bool Store(SessionRow s, out long? user)
    {
        user = s.UserId;
        _sessions[(s.UserId, s.SessionNo)] = new(
            s.UserId, s.SessionNo, s.Connection, s.HIn, s.OutSeq, s.Acked, s.Cursor, (int)s.Phase, s.ExpiresAt, s.DetachedAt, s.LastInteraction);
        return true;
    }

    private bool Store(SessionDocRow d, out long? user)
    {
        user = d.UserId;
        _docs[(d.UserId, d.SessionNo)] = new(
            d.UserId, d.SessionNo, d.Resource, d.SmId, d.Carbons, d.Inactive, d.Since, d.Away, [.. d.Directed], d.Presence, d.Offered);
        return true;
    }

    private bool Number(DeliveryRow d, out long? user)
    {
        user = d.UserId;
        _numbered[(d.UserId, d.SessionNo, d.OutSeq)] = new(d.UserId, d.SessionNo, d.OutSeq, d.MessageId);
        var session = (d.UserId, d.SessionNo);
        _firstNumbered[session] = Math.Min(d.OutSeq, _firstNumbered.GetValueOrDefault(session, long.MaxValue));
        return true;
    }

    private bool TryAcknowledge(long user, int sessionNo, long upTo)
    {
        if (_firstNumbered.TryGetValue((user, sessionNo), out var first) && first <= upTo)
        {
            return false;
        }

        _acknowledged.Add(new(user, sessionNo, upTo));
        return true;
    }

    private bool Register(PushRegistrationRow r, out long? user)
    {
        user = r.UserId;
        _registrations[new(r.UserId, r.Service, r.Node)] = new(
            r.UserId, r.Service, r.Node, r.SessionNo, r.Options, r.Hold, r.OwnForm, r.Pushed, r.DisabledReason, r.Muted is { } muted ? [.. muted] : null);
        return true;
    }

    private bool Schedule(PushOutboxRow p, out long? user)
    {
        user = p.UserId;
        _pushes[new(p.UserId, p.Service, p.Node, p.Conversation)] = new(
            p.UserId, p.Service, p.Node, p.Conversation, p.LatestId, p.Count, p.DueAt, (int)p.State, p.Attempts, p.Kind, p.FirstId);
        return true;
    }

    private static bool TryDelete<TKey, TRow>(Dictionary<TKey, TRow> written, HashSet<TKey> deleted, TKey key)
        where TKey : notnull
    {
        if (written.ContainsKey(key))
        {
            return false;
        }

        deleted.Add(key);
        return true;
    }
}

using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>The part of an <see cref="OpenStep"/> that holds the message log and what crosses between shards. See there for what is taken and what is refused.</summary>
internal sealed class MessageChanges
{
    private readonly HashSet<MessageKey> _dropped = [];
    private readonly Dictionary<MessageKey, StoredMessage> _stored = [];
    private readonly Dictionary<MessageKey, RewrittenMessage> _rewritten = [];
    private readonly List<TrimmedOutbox> _trimmed = [];
    private readonly Dictionary<(int From, int To, long Sequence), StoredOutboxItem> _appended = [];
    private readonly Dictionary<(int From, int To), long> _firstAppended = [];
    private readonly Dictionary<(int Shard, int From), StoredOutboxCursor> _cursors = [];

    /// <param name="user">Whose rows are written, if it is a user's and not only deleted.</param>
    public bool TryAdd(StoreEvent happened, out long? user)
    {
        user = null;
        switch (happened)
        {
            case MessageStored e: return TryStore(e.Message, out user);
            case MessageImported e: return TryStore(e.Message, out user);
            case MessageRewritten e:
                _rewritten[new(e.UserId, e.Id)] = new(e.UserId, e.Id, (int)e.Flags, e.Body);
                user = e.UserId;
                return true;
            case MessagesDropped e: return TryDrop(e);
            case OutboxAppended e: return Append(e.Item);
            case OutboxTrimmed e: return TryTrim(e);
            case OutboxAccepted e:
                _cursors[(e.Shard, e.FromShard)] = new(e.Shard, e.FromShard, e.Sequence);
                return true;
            default: return false;
        }
    }

    public WriteStep Into(WriteStep step) => step with
    {
        Dropped = Rows.Array(_dropped),
        Messages = Rows.Array(_stored.Values),
        Rewritten = Rows.Array(_rewritten.Values),
        Trimmed = Rows.Array(_trimmed),
        Outbox = Rows.Array(_appended.Values),
        OutboxCursors = Rows.Array(_cursors.Values),
    };

    private bool TryStore(MessageRow m, out long? user)
    {
        var key = new MessageKey(m.UserId, m.Id);
        user = m.UserId;
        if (_rewritten.ContainsKey(key))
        {
            return false;
        }

        _stored[key] = new(m.UserId, m.Id, m.Peer, m.PeerResource, (int)m.Flags, m.OriginSession, m.ToResource, m.Why, m.Body);
        return true;
    }

    private bool TryDrop(MessagesDropped e)
    {
        foreach (var id in e.Ids)
        {
            if (_stored.ContainsKey(new(e.UserId, id)))
            {
                return false;
            }
        }

        foreach (var id in e.Ids)
        {
            _dropped.Add(new(e.UserId, id));
        }

        return true;
    }

    private bool Append(OutboxRow o)
    {
        _appended[(o.FromShard, o.ToShard, o.Sequence)] = new(o.FromShard, o.ToShard, o.Sequence, o.Previous, o.Kind, o.Body);
        var pair = (o.FromShard, o.ToShard);
        _firstAppended[pair] = Math.Min(o.Sequence, _firstAppended.GetValueOrDefault(pair, long.MaxValue));
        return true;
    }

    private bool TryTrim(OutboxTrimmed e)
    {
        if (_firstAppended.TryGetValue((e.FromShard, e.ToShard), out var first) && first <= e.UpTo)
        {
            return false;
        }

        _trimmed.Add(new(e.FromShard, e.ToShard, e.UpTo));
        return true;
    }
}

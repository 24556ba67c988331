using System.Collections.Immutable;
using Presence.Storage.Contracts;

namespace Presence.Tests.Shared;

/// <summary>
/// The store contract on immutable collections, for simulations and as the plain counterpart the SQLite store is compared with. What is committed is
/// in <see cref="State"/> alone: to crash, drop the owner and let another call <see cref="TakeAll"/>, or go on with <see cref="Fork"/>.
/// </summary>
public sealed class MemoryStore : IStore
{
    private readonly Lock _writing = new();
    private volatile MemoryState _state;
    private long _trimAfter = long.MinValue;

    public MemoryStore(int shardCount = 1024, byte[]? secret = null)
        : this(MemoryState.Create(shardCount), secret ?? [.. Enumerable.Range(0, 16).Select(i => (byte)i)])
    {
    }

    private MemoryStore(MemoryState state, byte[] secret)
    {
        _state = state;
        Secret = secret;
    }

    public int ShardCount => _state.Shards.Length;

    public byte[] Secret { get; }

    /// <summary>Users and messages at whose rows every read throws what is no <see cref="IOException"/>.</summary>
    public HashSet<long> Unreadable { get; } = [];

    /// <summary>Everything committed so far.</summary>
    public MemoryState State => _state;

    /// <summary>An independent store that begins with what this one has committed.</summary>
    public MemoryStore Fork() => new(_state, Secret);

    public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner)
    {
        lock (_writing)
        {
            _state = _state with { Shards = [.. _state.Shards.Select(s => s with { Epoch = s.Epoch + 1, Owner = owner })] };
            return [.. _state.Shards.Select((s, id) => new ShardGrant(id, s.Epoch, s.Committed))];
        }
    }

    public CommitAnswer Commit(GuardedBatch batch)
    {
        lock (_writing)
        {
            var next = _state;
            var outcomes = new ShardOutcome[batch.Writes.Count];
            var before = -1;
            for (var i = 0; i < outcomes.Length; i++)
            {
                var part = batch.Writes[i];
                if (part.Shard <= before || Part(next, batch, part, out outcomes[i]) is not { } written)
                {
                    return new CommitAnswer(batch.BatchId, CommitStatus.Rejected, [], "A row violates the schema, or the shards do not ascend.");
                }

                before = part.Shard;
                next = written;
            }

            _state = next;
            return new CommitAnswer(batch.BatchId, CommitStatus.Answered, outcomes);
        }
    }

    /// <summary>Makes a row as an earlier owner would have left it; the guards stay as they are.</summary>
    public void Put(StoreEvent change)
    {
        lock (_writing)
        {
            _state = _state.After([change]) ?? throw new InvalidOperationException("the event violates the schema");
        }
    }

    public UserRows? LoadUser(long userId, int tailLimit)
    {
        Fail([userId]);
        if (!_state.Users.TryGetValue(userId, out var user) || user.Account is not { } account)
        {
            return null;
        }

        var backlog = ReadOffline(userId, account.DeliveredAny, tailLimit);
        return new UserRows(
            account with { LastId = Math.Max(account.LastId, user.Messages.IsEmpty ? 0 : user.Messages.Keys.Last()) },
            [.. user.Roster.Values],
            [.. user.Blocked],
            [.. user.Sessions.Values],
            [.. user.Docs.Values],
            [.. user.Deliveries.Values],
            [.. user.Tombstones.Values.OrderBy(t => t.EndedAt).ThenBy(t => t.SmId, Utf8Order.Instance)],
            [.. user.Registrations.Values],
            [.. user.Pushes.Values],
            [.. user.Tail(tailLimit).Select(Ref)],
            backlog,
            [.. user.Documents.Values.OrderBy(d => d.Kind).ThenBy(d => d.Name, StringComparer.Ordinal).Select(d => new DocumentRef(d.Kind, d.Name, d.Mark, d.Body.Length))])
        {
            Overfull = [.. user.Sessions.Values.Where(s => user.Waiting(s).Take(tailLimit).Count() == tailLimit).Select(s => s.SessionNo)],
            BacklogBytesBeyond = backlog.Count > 0 && backlog.Count == tailLimit ? ReadOffline(userId, backlog[^1].Id, int.MaxValue).Sum(r => (long)r.Size) : 0,
            Retractions = [.. user.Messages.Values.Where(m => m.Flags.HasFlag(MessageFlags.Unapplied)).Take(UserRows.MaxRetractions).Select(m => m.Id)],
        };
    }

    public CredentialRow? ReadCredentials(long userId) => User(userId).Account?.Credentials;

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids)
    {
        Fail(ids);
        var messages = User(userId).Messages;
        return [.. ids.Where(messages.ContainsKey).Select(id => messages[id])];
    }

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => User(userId).Documents.GetValueOrDefault((kind, name));

    public ArchivePage ReadArchive(ArchiveQuery query)
    {
        Fail(User(query.UserId).Messages.Keys);
        return MemoryArchive.Page(User(query.UserId).Messages, query);
    }

    private void Fail(IEnumerable<long> read)
    {
        if (Unreadable.Count > 0 && read.Any(Unreadable.Contains))
        {
            throw new FormatException("a row that nobody can read");
        }
    }

    public IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit) =>
        MemoryArchive.Search(User(userId).Messages, peer, beforeId, text, look, limit);

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) =>
        [.. User(userId).Messages.Values.Where(m => m.Id > afterId && m.Flags.HasFlag(MessageFlags.Visible)).Take(limit).Select(Ref)];

    public long? FindAccount(string jid) => _state.Jids.TryGetValue(jid, out var id) ? id : null;

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) =>
        [.. User(userId).Messages.Values.Where(m => m.Id > afterId && MemoryUser.WaitsOffline(m.Flags)).Take(limit).Select(Ref)];

    public IReadOnlyList<OutboxRow> ReadOutbox() => [.. _state.Outbox.Values];

    public IReadOnlyList<OutboxAccepted> ReadOutboxCursors() => [.. _state.Cursors.Values];

    public IReadOnlyList<SessionRow> ReadSessions() => [.. _state.Users.Values.SelectMany(u => u.Sessions.Values)];

    public IReadOnlyList<PushOutboxRow> ReadPushOutbox() => [.. _state.Users.Values.SelectMany(u => u.Pushes.Values)];

    public IReadOnlyList<string> ListAccounts(string? after, int limit) =>
        [.. _state.Jids.Keys.Where(jid => after is null || Utf8Order.Instance.Compare(jid, after) > 0).Take(limit)];

    /// <summary>Removed accounts whose data is to count as not deleted yet, as a test wants it; here it is deleted at once.</summary>
    public HashSet<long> Erasing { get; } = [];

    public bool IsErasing(long userId) => Erasing.Contains(userId);

    public int TrimArchive(long olderThanId, int limit)
    {
        lock (_writing)
        {
            var deleted = 0;
            foreach (var (id, user) in _state.Users.Where(u => u.Key > _trimAfter && u.Value.Account is not null))
            {
                if (deleted >= limit)
                {
                    return deleted;
                }

                var gone = user.Unneeded(olderThanId).Take(limit - deleted).ToList();
                deleted += gone.Count;
                _state = gone.Count == 0 ? _state : _state with { Users = _state.Users.SetItem(id, user.Without(gone)) };
                _trimAfter = deleted >= limit ? _trimAfter : id;
            }

            _trimAfter = long.MinValue;
            return deleted;
        }
    }

    private MemoryUser User(long userId) => _state.Users.GetValueOrDefault(userId, MemoryUser.Empty);

    private static MemoryState? Part(MemoryState state, GuardedBatch batch, ShardWrite part, out ShardOutcome outcome)
    {
        var shard = state.Shards[part.Shard];
        if (shard.Epoch != part.Epoch || shard.Owner != batch.Owner)
        {
            outcome = ShardOutcome.Fenced;
            return state;
        }

        if (shard.Committed != part.Base)
        {
            outcome = shard.LastBatch == batch.BatchId ? ShardOutcome.Committed : ShardOutcome.Impossible;
            return state;
        }

        outcome = ShardOutcome.Committed;
        var written = shard with { Committed = part.Base + 1, LastBatch = batch.BatchId };
        return (state with { Shards = state.Shards.SetItem(part.Shard, written) }).After(part.Events);
    }

    private static MessageRef Ref(MessageRow m) => new(m.Id, m.Peer, m.Flags, m.OriginSession, m.ToResource, m.Body.Length);
}

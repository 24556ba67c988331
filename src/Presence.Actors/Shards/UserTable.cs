using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>A user's place in memory: loaded, or being loaded with inputs parked in order.</summary>
internal sealed class UserSlot
{
    private Queue<object>? _pending;

    public required long UserId { get; init; }
    public Jid? Jid { get; set; }
    public UserState? User { get; set; }
    public long LastBatch { get; set; }
    public bool Idle { get; set; }

    /// <summary>Thrown away after a defect: number of the batch that must be committed before the user is loaded again. 0 = none has to be.</summary>
    public long Settling { get; set; }

    /// <summary>Not loaded before this time, and what comes is refused (<see cref="Containment"/>); 0 = no.</summary>
    public long RestUntil { get; set; }

    /// <summary>To be decided before all that is parked.</summary>
    public AftermathInput? Aftermath { get; set; }

    public bool Rests(long now) => RestUntil > now;

    public void Park(object input) => (_pending ??= new Queue<object>()).Enqueue(input);

    public object? TakePending()
    {
        if (Aftermath is { } first)
        {
            Aftermath = null;
            return first;
        }

        return TakeParked();
    }

    public object? TakeParked() => _pending is { Count: > 0 } queue ? queue.Dequeue() : null;
}

/// <summary>
/// The users in memory. Loading is lazy and by key; a user without a connected client leaves again when others need the room, but never
/// before everything decided on it is committed.
/// </summary>
internal sealed class UserTable(ActorEnvironment environment)
{
    private readonly Dictionary<long, UserSlot> _slots = [];
    private readonly HashSet<long> _stored = [];
    private readonly Queue<UserSlot> _idle = new();

    public LoadQueue Loads { get; } = new();

    public LoadQueue BackgroundLoads { get; } = new();

    public IEnumerable<UserState> Loaded => _slots.Values.Where(s => s.User is not null).Select(s => s.User!);

    public UserSlot? Find(long userId) => _slots.GetValueOrDefault(userId);

    /// <summary>The user has a resumable session in the store and is not loaded yet.</summary>
    public void HasStoredSession(long userId) => _stored.Add(userId);

    public bool MayBeOnline(long userId) => _stored.Contains(userId) || _slots.GetValueOrDefault(userId) is { } slot && slot.User is not { Sessions.Count: 0 };

    public UserSlot FindOrLoad(long userId, Jid? jid, bool background)
    {
        if (!_slots.TryGetValue(userId, out var slot))
        {
            _slots[userId] = slot = new UserSlot { UserId = userId };
            (background ? BackgroundLoads : Loads).Enqueue(userId);
        }
        else if (!background && slot.User is null && BackgroundLoads.Remove(userId))
        {
            // After a start everybody's timer queues here; a client that resumes must not wait for all of them.
            Loads.Enqueue(userId);
        }

        if (slot.Jid is null && jid is not null)
        {
            slot.Jid = jid.Bare;
            if (slot.User is { Exists: false } nobody)
            {
                nobody.Jid = jid.Bare;
            }
        }

        return slot;
    }

    /// <summary>Makes the user of its rows.</summary>
    /// <param name="rows">Null: there are none.</param>
    public void Fill(UserSlot slot, UserRows? rows, long now, bool erasing)
    {
        var userId = slot.UserId;
        slot.User = UserLoading.Build(userId, rows, slot.Jid ?? environment.Domain, ShardKey.Shard(userId, environment.ShardCount), now, environment, erasing);
        _stored.Remove(userId);
        Touched(slot);
    }

    /// <summary>Notes that a user may have become idle.</summary>
    public void Touched(UserSlot slot)
    {
        if (!slot.Idle && slot.User is { } user && Dormancy.IsQuiet(user))
        {
            slot.Idle = true;
            _idle.Enqueue(slot);
        }
    }

    /// <param name="uncommitted">The oldest batch that is not committed; users it touches stay.</param>
    public void Evict(long uncommitted)
    {
        for (var looked = _idle.Count; looked > 0 && _idle.Count > environment.Options.MaxIdleUsers; looked--)
        {
            var slot = _idle.Dequeue();
            slot.Idle = false;
            if (slot.User is not { } user || !Dormancy.IsQuiet(user) || _slots.GetValueOrDefault(slot.UserId) != slot)
            {
                // In use again, or a discarded one whose place another has taken.
                continue;
            }

            if (slot.LastBatch < uncommitted && Dormancy.MayLeave(user))
            {
                _slots.Remove(slot.UserId);
                if (user.Sessions.Count > 0)
                {
                    _stored.Add(slot.UserId);
                }
            }
            else
            {
                Touched(slot);
            }
        }
    }

    /// <summary>Forgets all users of the given shards; inputs parked for a load stay parked.</summary>
    public List<UserState> Discard(HashSet<int> shards)
    {
        foreach (var slot in _slots.Values)
        {
            if (slot.Aftermath is not null && shards.Contains(ShardKey.Shard(slot.UserId, environment.ShardCount)))
            {
                // What it says was handled may be lost with the batch. The client sends it again.
                slot.Aftermath = null;
            }
        }

        var gone = _slots.Values.Where(s => s.User is { } u && shards.Contains(u.Shard)).ToList();
        foreach (var slot in gone)
        {
            _slots.Remove(slot.UserId);
        }

        return gone.ConvertAll(s => s.User!);
    }
}

using Presence.Actors.Users;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>What waits for a user's rows and is no input of the user: it goes on when they are there.</summary>
internal sealed record AfterLoad(Action<long> GoOn);

/// <summary>
/// Decides inputs, one user at a time: loads who is not in memory, keeps what is for them until then, and wakes users at their deadlines. It writes only
/// through the open batch. What one user's turn throws must never reach another.
/// </summary>
internal sealed class UserTurns
{
    private readonly ActorEnvironment _environment;
    private readonly IReadOnlyDictionary<int, ShardState> _shards;
    private readonly Batches _batches;
    private readonly UserTable _users;
    private readonly TimerHeap _timers = new();
    private readonly CapsTable _capabilities = new();
    private readonly Containment _containment;

    public UserTurns(ActorEnvironment environment, IReadOnlyDictionary<int, ShardState> shards, Batches batches)
    {
        (_environment, _shards, _batches) = (environment, shards, batches);
        _users = new UserTable(environment);
        _containment = new Containment(environment, shards, batches, _users, _timers);
    }

    public UserTable Users => _users;

    /// <summary>Users with a client connected.</summary>
    public int Online => _users.Loaded.Count(u => u.Sessions.Exists(s => s.Attached));

    /// <summary>When the next user has a deadline; long.MaxValue = nobody.</summary>
    public long NextTimer => _timers.Next;

    public void WakeAt(long at, long userId) => _timers.Add(at, userId);

    public UserSlot FindOrLoad(long userId, Jid? jid, long now, bool background = false)
    {
        var slot = _users.FindOrLoad(userId, jid, background);
        if (slot is { User: null, RestUntil: not 0, Settling: 0 } && !slot.Rests(now))
        {
            _containment.Reload(slot, now);
        }

        return slot;
    }

    /// <summary>Decides now, or once the user is loaded.</summary>
    /// <param name="background">Nobody waits for it.</param>
    public void For(long userId, object input, long now, Jid? jid, bool background = false)
    {
        var slot = FindOrLoad(userId, jid, now, background);
        if (slot.User is not null)
        {
            Decide(slot, input, now);
        }
        else if (slot.Rests(now))
        {
            _containment.Refuse(slot, input, now);
        }
        else
        {
            slot.Park(input);
        }
    }

    /// <inheritdoc cref="Containment.Refuse"/>
    public void Refuse(UserSlot slot, object input, long now) => _containment.Refuse(slot, input, now);

    /// <param name="users">Whom it is for.</param>
    /// <param name="input">Presence, or an event of a contact's node.</param>
    public void Fanout(IReadOnlyList<long> users, object input, long now)
    {
        foreach (var id in users)
        {
            // A user that is not loaded has nobody connected: on resume it asks for presence afresh.
            if (_users.Find(id) is { User: { Sessions.Count: > 0 } } slot)
            {
                Decide(slot, input, now);
            }
        }
    }

    /// <summary>Whoever asks has other things to do than wait for it, and many ask at once when a node starts.</summary>
    public void Probe(EventProbeInput probe, long now)
    {
        if (!probe.OnlineOnly || _users.MayBeOnline(probe.UserId))
        {
            For(probe.UserId, probe, now, null, background: true);
        }
    }

    public void Probe(ProbeInput probe, long now)
    {
        if (_users.MayBeOnline(probe.UserId))
        {
            For(probe.UserId, probe, now, probe.AnswerUnavailable);
        }
        else if (probe.AnswerUnavailable is { } absent)
        {
            // Surely offline: no row is needed to say so.
            _batches.Open.Hold(HeldOutput.ForInput(Presence.Actors.Users.Features.PresenceFanout.Absent(absent, probe.ReplyTo)));
        }
    }

    /// <inheritdoc cref="Executor.AckWaits"/>
    public void AckWaits(AckRequestInput request, long now)
    {
        if (_users.Find(request.UserId)?.User is { } user && user.SessionOf(request.Connection) is { Managed: true, AckRequestedAt: 0 } session)
        {
            session.AckRequestedAt = now;
            Schedule(user);
        }
    }

    /// <inheritdoc cref="Executor.Loaded"/>
    public void Loaded(long userId, UserRows? rows, long now, bool erasing)
    {
        if (_users.Find(userId) is not { User: null } slot)
        {
            return;
        }

        try
        {
            _users.Fill(slot, rows, now, erasing);
            if (slot.User is { Sessions.Count: > 0 } user)
            {
                Schedule(user);
            }
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            _containment.LoadFailed(slot, e, now);
            return;
        }

        // A defect on the way throws the user away again: the rest waits for the next load.
        while (slot.User is not null && slot.TakePending() is { } pending)
        {
            if (pending is AfterLoad after)
            {
                after.GoOn(now);
            }
            else
            {
                Decide(slot, pending, now);
            }
        }
    }

    /// <inheritdoc cref="Executor.LoadFailed"/>
    public void LoadFailed(long userId, Exception defect, long now)
    {
        if (_users.Find(userId) is { User: null } slot)
        {
            _containment.LoadFailed(slot, defect, now);
        }
    }

    /// <summary>Runs the deadlines that are due.</summary>
    public void RunDue(long now)
    {
        while (_timers.TryTake(now, out var userId))
        {
            if (_containment.MayWake(userId, now))
            {
                For(userId, new TimerInput(userId), now, null, background: true);
            }
        }
    }

    /// <inheritdoc cref="Containment.Settle"/>
    public void Settle(long now) => _containment.Settle(now);

    /// <summary>Lets go of what is not needed any more.</summary>
    public void Sweep(long now)
    {
        _containment.Forget(now);
        _users.Evict(_batches.Uncommitted);
    }

    /// <summary>Decides on an input of a user that is in memory.</summary>
    /// <param name="again">Should it meet a defect, it will be decided once more.</param>
    /// <returns>False: it met a defect, and nothing of it was done.</returns>
    public bool Decide(UserSlot slot, object input, long now, bool again = false)
    {
        var user = slot.User!;
        var shard = _shards[user.Shard];
        var turn = new Turn(_environment, now, user, shard, _batches.Open, _capabilities);
        slot.LastBatch = _batches.Open.Ordinal;
        _batches.Open.Touched.Add(shard);
        try
        {
            UserDecide.Decide(user, input, turn);
            _users.Touched(slot);

            // What was due has just been done; a deadline still in the past would spin, so it waits a moment.
            Schedule(user, input is TimerInput ? now + 250 : long.MinValue);
            return true;
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            _containment.Contain(slot, input, turn, e, again);
            return false;
        }
    }

    private void Schedule(UserState user, long past = long.MinValue)
    {
        var due = UserDeadlines.Next(user, _environment.Options);
        due = due <= past - 250 ? past : due;
        if (due < user.ScheduledAt)
        {
            user.ScheduledAt = due;
            _timers.Add(due, user.UserId);
        }
    }
}

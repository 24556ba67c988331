using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Shards;

/// <summary>What waits for a user's rows and is no input of the user: it goes on when they are there.</summary>
internal sealed record AfterLoad(Action<long> GoOn);

/// <summary>
/// Decides inputs, one user at a time: loads who is not in memory, keeps what is for them until then, and wakes users at their deadlines. It writes only
/// through the open batch.
/// </summary>
internal sealed class UserTurns(ActorEnvironment environment, IReadOnlyDictionary<int, ShardState> shards, Batches batches)
{
    private readonly UserTable _users = new(environment);
    private readonly TimerHeap _timers = new();

    public UserTable Users => _users;

    /// <summary>When the next user has a deadline; long.MaxValue = nobody.</summary>
    public long NextTimer => _timers.Next;

    public void WakeAt(long at, long userId) => _timers.Add(at, userId);

    public UserSlot FindOrLoad(long userId, Jid? jid, bool background = false) => _users.FindOrLoad(userId, jid, background);

    /// <summary>Decides now, or once the user is loaded.</summary>
    /// <param name="background">Nobody waits for it.</param>
    public void For(long userId, object input, long now, Jid? jid, bool background = false)
    {
        var slot = _users.FindOrLoad(userId, jid, background);
        if (slot.User is null)
        {
            slot.Park(input);
            return;
        }

        Decide(slot, input, now);
    }

    public void Fanout(PresenceInput presence, long now)
    {
        foreach (var id in presence.Users)
        {
            // A user that is not loaded has nobody connected: on resume it asks for presence afresh.
            if (_users.Find(id) is { User: { Sessions.Count: > 0 } } slot)
            {
                Decide(slot, presence, now);
            }
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
            batches.Open.Hold(HeldOutput.ForInput(Presence.Actors.Users.Features.PresenceFanout.Absent(absent, probe.ReplyTo)));
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
        var slot = _users.Loaded_(userId, rows, now, environment.ShardCount, erasing);
        if (slot is null)
        {
            return;
        }

        if (slot.User is { Sessions.Count: > 0 } user)
        {
            Schedule(user);
        }

        while (slot.TakePending() is { } pending)
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

    /// <summary>Runs the deadlines that are due.</summary>
    public void RunDue(long now)
    {
        while (_timers.TryTake(now, out var userId))
        {
            For(userId, new TimerInput(userId), now, null, background: true);
        }
    }

    public void Decide(UserSlot slot, object input, long now)
    {
        var user = slot.User!;
        var shard = shards[user.Shard];
        var turn = new Turn(environment, now, user, shard, batches.Open);
        UserDecide.Decide(user, input, turn);
        slot.LastBatch = batches.Open.Ordinal;
        batches.Open.Touched.Add(shard);
        _users.Touched(slot);

        // What was due has just been done; a deadline still in the past would spin, so it waits a moment.
        Schedule(user, input is TimerInput ? now + 250 : long.MinValue);
    }

    private void Schedule(UserState user, long past = long.MinValue)
    {
        var due = UserDeadlines.Next(user, environment.Options);
        due = due <= past - 250 ? past : due;
        if (due < user.ScheduledAt)
        {
            user.ScheduledAt = due;
            _timers.Add(due, user.UserId);
        }
    }
}

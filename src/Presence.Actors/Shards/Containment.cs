using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Streams;
using Presence.Routing;

namespace Presence.Actors.Shards;

/// <summary>
/// Keeps a defect to the user it was met with: what the failed turn wrote and asked for is taken back, the user's memory is thrown away and loaded again from rows,
/// and its connections are closed. Nothing that was decided before is lost, and no other user notices. It must never let a user be loaded while something of it is
/// not committed.
/// </summary>
/// <remarks>
/// A user whose own answers and rows meet defects again and again rests: a longer time each, during which what is for it is refused. Deadlines rest by themselves. Nothing
/// is remembered of a user without defects.
/// </remarks>
internal sealed class Containment(ActorEnvironment environment, IReadOnlyDictionary<int, ShardState> shards, Batches batches, UserTable users, TimerHeap timers)
{
    /// <summary>Users of whom defects are remembered; past it all is forgotten, and the times of rest begin anew.</summary>
    private const int MaxRemembered = 10_000;

    private const long LongestRest = 60_000;
    private const long LongestPause = 3_600_000;
    private const long RememberedFor = 7_200_000;

    /// <summary>Reloads without rest: one defect must not lock a user out.</summary>
    private const int Free = 3;

    private readonly Dictionary<long, Record> _records = [];
    private readonly List<UserSlot> _settling = [];

    /// <param name="again">The input will be decided once more on fresh memory: nobody is told of it yet.</param>
    public void Contain(UserSlot slot, object input, Turn turn, Exception exception, bool again)
    {
        turn.Undo();
        var user = slot.User!;
        slot.User = null;
        environment.DefectMet(new ContainedDefect(DefectAnswers.PlaceOf(input), user.Jid.ToString(), exception));
        var asker = input is EdgeInput edge ? user.SessionOf(edge.Connection) : null;
        Tell(input, asker, turn, again);
        Close(user, input);
        var record = RecordOf(slot.UserId, turn.Now);
        slot.Aftermath = input is AftermathInput ? null : DefectAnswers.Aftermath(user, input, asker, repeated: record.Presences > 0);
        slot.Settling = batches.Open.Ordinal;
        _settling.Add(slot);
        Count(slot, record, input, turn.Now);
    }

    /// <summary>Lets users be loaded again of whom everything is committed. Called before what is open is submitted.</summary>
    public void Settle(long now)
    {
        if (_settling.Count == 0)
        {
            return;
        }

        var uncommitted = batches.InFlight?.Ordinal ?? (batches.Open.HasWrites ? batches.Open.Ordinal : long.MaxValue);
        foreach (var slot in _settling.FindAll(s => s.Settling < uncommitted))
        {
            _settling.Remove(slot);
            slot.Settling = 0;
            if (slot.Rests(now))
            {
                Rest(slot, now);
            }
            else
            {
                Reload(slot, now);
            }
        }
    }

    /// <summary>The rows of a user could not be read, or nothing could be made of them: what waits is refused, and it is tried again later.</summary>
    public void LoadFailed(UserSlot slot, Exception exception, long now)
    {
        slot.User = null;
        slot.Aftermath = null;
        environment.DefectMet(new ContainedDefect(DefectPlace.Load, NameOf(slot).ToString(), exception));
        var record = RecordOf(slot.UserId, now);
        slot.RestUntil = now + Longer(record.Loads++, LongestRest);
        Rest(slot, now);
    }

    /// <summary>A deadline came up: false if deadlines of the user met a defect and have to wait, which they do by themselves.</summary>
    public bool MayWake(long userId, long now)
    {
        if (_records.Count == 0 || !_records.TryGetValue(userId, out var record))
        {
            return true;
        }

        if (record.DeadlinesAt <= now)
        {
            return true;
        }

        if (record.WokenAt != record.DeadlinesAt)
        {
            record.WokenAt = record.DeadlinesAt;
            timers.Add(record.DeadlinesAt, userId);
        }

        return false;
    }

    /// <summary>An input for a user that is not in memory and will not be for a while: refused in the name of the server.</summary>
    public void Refuse(UserSlot slot, object input, long now)
    {
        var shard = shards[Routing.ShardKey.Shard(slot.UserId, environment.ShardCount)];
        var nobody = new UserState { UserId = slot.UserId, Jid = NameOf(slot), Shard = shard.Id, Exists = false };
        Tell(input, null, new Turn(environment, now, nobody, shard, batches.Open), again: false);
    }

    /// <summary>Forgets defects of long ago.</summary>
    public void Forget(long now)
    {
        if (_records.Count > 0)
        {
            foreach (var (userId, record) in _records)
            {
                if (now - record.LastAt > RememberedFor)
                {
                    _records.Remove(userId);
                }
            }
        }
    }

    private void Rest(UserSlot slot, long now)
    {
        timers.Add(slot.RestUntil, slot.UserId);

        // Kept: what was given up would come back with the end of the rest, and meet its defect again. But who answers meanwhile is refused and not waited for.
        slot.Aftermath = slot.Aftermath?.WithoutAnswersToCome();
        while (slot.TakeParked() is { } pending)
        {
            if (pending is AfterLoad after)
            {
                after.GoOn(now);
            }
            else
            {
                Refuse(slot, pending, now);
            }
        }
    }

    /// <summary>Has a user loaded that was thrown away, or could not be loaded.</summary>
    public void Reload(UserSlot slot, long now)
    {
        slot.RestUntil = 0;
        users.Loads.Enqueue(slot.UserId);

        // Its timer may have been spent on what failed.
        timers.Add(now, slot.UserId);
    }

    /// <summary>To tell may meet the same defect: then nobody is told.</summary>
    private void Tell(object input, SessionState? asker, Turn turn, bool again)
    {
        if (again)
        {
            return;
        }

        try
        {
            DefectAnswers.Tell(input, asker, turn);
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            turn.Undo();
        }
    }

    private void Close(UserState user, object input)
    {
        var close = new CloseOutput(StreamErrorCondition.InternalServerError, "please reconnect");
        var connections = user.Sessions.Select(s => s.Connection).OfType<ConnectionId>().ToHashSet();
        switch (input)
        {
            case BindInput or ResumeInput: connections.Remove(((EdgeInput)input).Connection); break; // Refused: its client may ask for something else.
            case ComponentStanzaInput: break;
            case EdgeInput edge: connections.Add(edge.Connection); break;
        }

        foreach (var connection in connections)
        {
            // Behind all that was decided before: it leaves with the same batch.
            batches.Open.Hold(HeldOutput.ForControl(connection, close));
        }
    }

    private static void Count(UserSlot slot, Record record, object input, long now)
    {
        record.Presences += input is StanzaInput { Stanza.Kind: StanzaKind.Presence } ? 1 : 0;
        if (input is TimerInput)
        {
            record.DeadlinesAt = now + Longer(record.Deadlines++, LongestPause);
        }
        else if (DefectAnswers.IsSelfMade(input) && ++record.SelfMade > Free)
        {
            // It might ask the same of the store again as soon as it is loaded, and so on for ever.
            slot.RestUntil = now + Longer(record.SelfMade - Free, LongestRest);
        }
    }

    private Record RecordOf(long userId, long now)
    {
        if (!_records.TryGetValue(userId, out var record))
        {
            if (_records.Count >= MaxRemembered)
            {
                _records.Clear();
            }

            _records[userId] = record = new Record();
        }

        record.LastAt = now;
        return record;
    }

    private Jid NameOf(UserSlot slot) => slot.Jid ?? environment.Domain;

    private static long Longer(int times, long longest) => times > 12 ? longest : Math.Min(longest, 1000L << times);

    private sealed class Record
    {
        public long LastAt { get; set; }
        public int Deadlines { get; set; }
        public long DeadlinesAt { get; set; }
        public long WokenAt { get; set; }
        public int SelfMade { get; set; }
        public int Presences { get; set; }
        public int Loads { get; set; }
    }
}

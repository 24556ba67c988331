using Presence.Actors.Shards;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Servers;

/// <summary>
/// Drives one executor as its thread does, cut into steps so that anything may come between: takes what has arrived, runs timers, asks for loads,
/// carries out what leaves at once, hands over the batch. It decides nothing.
/// </summary>
public sealed class SimExecutor
{
    private const int MaxLoads = 64;

    private readonly Func<long> _now;
    private readonly Action<HeldOutput> _carry;
    private readonly Action<long, Action<UserRows?>> _load;
    private readonly Queue<HeldOutput> _leaving = new();
    private GuardedBatch? _submit;
    private int _loading;

    public SimExecutor(
        int index, Executor executor, World world, Action<HeldOutput> carry, Action<long, Action<UserRows?>> load)
    {
        (Index, Executor, _now, _carry, _load) = (index, executor, () => world.Now, carry, load);
        Lane = new SimLane(world.Store, world.Settings, carry, answer => Inbox.Add(new Answered(answer)), world.LoseMemory);
    }

    public int Index { get; }

    public Executor Executor { get; }

    public SimLane Lane { get; }

    public List<object> Inbox { get; } = [];

    /// <summary>Does nothing before this step of the run: the thread is not scheduled.</summary>
    public int PausedUntil { get; set; }

    public bool Leaving => _leaving.Count > 0 || _submit is not null;

    /// <summary>Whether a cycle would do something.</summary>
    public bool HasWork => Leaving || HasInput || Executor.NextTimer <= _now();

    /// <summary>Whether there is work besides timers.</summary>
    public bool HasInput => Inbox.Count > 0 || Executor.Loads.Count > 0 || Executor.BackgroundLoads.Count > 0;

    /// <summary>Nothing under way: memory must equal rows.</summary>
    public bool AtRest => !Leaving && !Lane.Busy && !Executor.InFlight;

    /// <summary>One turn of the thread's loop with the first <paramref name="count"/> inputs.</summary>
    public void Cycle(int count)
    {
        var now = _now();
        var inputs = Inbox.Take(count).ToList();
        Inbox.RemoveRange(0, inputs.Count);
        foreach (var input in inputs)
        {
            Handle(input, now);
        }

        Executor.RunTimers(now);
        StartLoads();
        var (batch, outputs) = Executor.Step();
        foreach (var output in outputs)
        {
            _leaving.Enqueue(output);
        }

        _submit = batch;
        LeaveSome(_leaving.Count == 0 ? 1 : 0);
    }

    /// <summary>Carries out up to so many of the outputs of the last cycle; the batch is handed over behind the last.</summary>
    public void LeaveSome(int count)
    {
        for (; count > 0 && _leaving.TryDequeue(out var output); count--)
        {
            _carry(output);
        }

        if (_leaving.Count == 0 && _submit is { } batch)
        {
            _submit = null;
            Lane.Submit(batch, Executor.OutputsInFlight);
        }
    }

    private void Handle(object input, long now)
    {
        switch (input)
        {
            case Answered answered:
                foreach (var output in Executor.Answered(answered.Answer, now))
                {
                    _carry(output);
                }

                break;
            case Loaded loaded:
                _loading--;
                Executor.Loaded(loaded.UserId, loaded.Rows, now);
                break;
            default:
                Executor.Handle(input, now);
                break;
        }
    }

    private void StartLoads()
    {
        while (_loading < MaxLoads && (Executor.Loads.TryDequeue(out var userId) || Executor.BackgroundLoads.TryDequeue(out userId)))
        {
            _loading++;
            var user = userId;
            _load(user, rows => Inbox.Add(new Loaded(user, rows)));
        }
    }

    private sealed record Answered(CommitAnswer Answer);

    private sealed record Loaded(long UserId, UserRows? Rows);
}

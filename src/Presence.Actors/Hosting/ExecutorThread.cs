using Presence.Actors.Shards;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Hosting;

/// <summary>
/// Drives one executor: takes its inbox, its timers and the answers of its lane, and carries out what it releases. Outputs of a batch are
/// written to the connections by the lane's thread right after the commit: two hops from socket to socket.
/// </summary>
internal sealed class ExecutorThread
{
    private const int InboxCapacity = 65_536;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(250);

    private readonly Executor _executor;
    private readonly ILane _lane;
    private readonly OutputRouter _outputs;
    private readonly ReaderThreads _readers;
    private readonly TimeProvider _clock;
    private readonly Action<CommitAnswer> _refused;
    private readonly InputQueue _inbox = new(InboxCapacity);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private int _loading;

    public ExecutorThread(
        int index, Executor executor, ILane lane, OutputRouter outputs, ReaderThreads readers, TimeProvider clock, Action<CommitAnswer> refused)
    {
        (_executor, _lane, _outputs, _readers, _clock, _refused) = (executor, lane, outputs, readers, clock, refused);
        _thread = new Thread(Run) { Name = $"executor-{index}", IsBackground = true };
    }

    public void Start() => _thread.Start();

    public bool TryPutEdge(EdgeInput input) => _inbox.TryPutEdge(input);

    public void Put(object input) => _inbox.Put(input);

    public Task RoomAsync() => _inbox.RoomAsync();

    /// <summary>Stops after the batch in flight and what hangs on it.</summary>
    public void Stop()
    {
        _stopping = true;
        _inbox.Close();
        _thread.Join();
    }

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void Run()
    {
        var inputs = new List<object>();
        var asked = new List<AckRequestInput>();
        while (true)
        {
            inputs.Clear();
            asked.Clear();
            var congested = _executor.Congested;
            _inbox.TakeAll(inputs, !congested, Wait());
            if (congested)
            {
                _inbox.FindAckRequests(asked);
            }

            var now = Now;
            foreach (var input in inputs)
            {
                Handle(input, now);
            }

            foreach (var request in asked)
            {
                _executor.AckWaits(request, now);
            }

            _executor.RunTimers(now);
            StartLoads();
            Step();
            if (_stopping && !_executor.InFlight && inputs.Count == 0)
            {
                return;
            }
        }
    }

    private TimeSpan Wait()
    {
        if (_stopping && !_executor.InFlight)
        {
            return TimeSpan.Zero;
        }

        var until = _executor.NextTimer - Now;
        return until <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Min(until, s_longestWait.TotalMilliseconds));
    }

    private void Handle(object input, long now)
    {
        switch (input)
        {
            case AnsweredInput answered:
                foreach (var output in _executor.Answered(answered.Answer, now))
                {
                    _outputs.Carry(output);
                }

                _outputs.Flush();
                break;
            case LoadedInput loaded:
                _loading--;
                _executor.Loaded(loaded.UserId, loaded.Rows, now, loaded.Erasing);
                break;
            case LoadFailedInput failed:
                _loading--;
                _executor.LoadFailed(failed.UserId, failed.Defect, now);
                break;
            default:
                _executor.Handle(input, now);
                break;
        }
    }

    private void Step()
    {
        var (batch, outputs) = _executor.Step();
        if (outputs.Count > 0)
        {
            _outputs.CarryAll(outputs);
        }

        if (batch is not null)
        {
            var held = _executor.OutputsInFlight;
            _lane.Submit(batch, answer => Answered(answer, held));
        }
    }

    /// <summary>On the lane's thread: what was held leaves first, then the executor may go on with the next batch.</summary>
    private void Answered(CommitAnswer answer, IReadOnlyList<HeldOutput> held)
    {
        if (answer.Status == CommitStatus.Answered && answer.Outcomes.All(o => o == ShardOutcome.Committed))
        {
            _outputs.CarryAll(held);
        }
        else
        {
            _refused(answer);
        }

        _inbox.Put(new AnsweredInput(answer));
    }

    /// <summary>At most 64 loads at a time; those that somebody waits for go first.</summary>
    private void StartLoads()
    {
        while (_loading < 64)
        {
            var background = _executor.Loads.Count == 0;
            if (!(background ? _executor.BackgroundLoads : _executor.Loads).TryDequeue(out var userId))
            {
                return;
            }

            _loading++;
            _readers.Load(
                userId, (rows, erasing) => _inbox.Put(new LoadedInput(userId, rows, erasing)), defect => _inbox.Put(new LoadFailedInput(userId, defect)));
        }
    }

    private sealed record AnsweredInput(CommitAnswer Answer);

    private sealed record LoadedInput(long UserId, UserRows? Rows, bool Erasing);

    private sealed record LoadFailedInput(long UserId, Exception Defect);
}

namespace Presence.Edge.Tests.Harness;

/// <summary>Time that moves only when told; timers fire on the thread that moves it. It must never fire a timer twice for one moment.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed = TimeSpan.FromDays(1);

    public DateTimeOffset Start { get; init; } = new(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(GetTimestamp()) - TimeSpan.FromDays(1);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Whether anybody waits for one moment; the sweep, which comes again and again, does not count.</summary>
    public bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _timers.Any(timer => timer.IsAwaited);
            }
        }
    }

    /// <summary>Moves on by one step and fires, once, each timer that has come due.</summary>
    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_gate)
        {
            _elapsed += by;
            due = [.. _timers.Where(timer => timer.TakeDue(_elapsed))];
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        private TimeSpan? _due;
        private TimeSpan _period;

        public bool IsAwaited => _due is not null && _period <= TimeSpan.Zero;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;
                _period = period;
            }

            return true;
        }

        public bool TakeDue(TimeSpan now)
        {
            if (_due is not { } due || due > now)
            {
                return false;
            }

            _due = _period > TimeSpan.Zero ? now + _period : null;
            return true;
        }

        public void Fire() => callback();

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

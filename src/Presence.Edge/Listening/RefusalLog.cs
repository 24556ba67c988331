namespace Presence.Edge.Listening;

/// <summary>
/// Lets one of many lines about refused connections into the log: who floods a port must not flood the log too. Any thread. It must never keep a line for later;
/// what was left out is told as a number by the next one.
/// </summary>
internal sealed class RefusalLog(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _count;
    private long? _logged;

    /// <summary>Counts one refusal.</summary>
    /// <param name="count">How many there were since a line was let through, this one included.</param>
    /// <returns>Whether to log it.</returns>
    public bool Note(out long count)
    {
        lock (_gate)
        {
            count = ++_count;
            var now = time.GetTimestamp();
            if (_logged is { } last && time.GetElapsedTime(last, now) < Pause)
            {
                return false;
            }

            _count = 0;
            _logged = now;
            return true;
        }
    }
}

namespace Presence.Actors.Shards;

/// <summary>Deadlines of users, earliest first. An entry may be out of date: the user looks at its state and does nothing.</summary>
public sealed class TimerHeap
{
    private readonly PriorityQueue<long, long> _heap = new();

    public long Next => _heap.TryPeek(out _, out var at) ? at : long.MaxValue;

    public void Add(long at, long userId) => _heap.Enqueue(userId, at);

    public bool TryTake(long now, out long userId)
    {
        if (_heap.TryPeek(out userId, out var at) && at <= now)
        {
            _heap.Dequeue();
            return true;
        }

        return false;
    }
}

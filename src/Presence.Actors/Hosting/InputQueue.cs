namespace Presence.Actors.Hosting;

/// <summary>
/// The inbox of one executor: many threads put, one takes all. Edge inputs are bounded (full = the edge stops reading its socket); inputs of the
/// node itself (loads, answers, stanzas between users) always fit, because each is the consequence of an input that was admitted.
/// </summary>
internal sealed class InputQueue(int capacity)
{
    private readonly object _gate = new();
    private List<object> _edge = [];
    private List<object> _own = [];
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    public bool TryPutEdge(object input)
    {
        lock (_gate)
        {
            if (_edge.Count >= capacity || _closed)
            {
                return false;
            }

            _edge.Add(input);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public void Put(object input)
    {
        lock (_gate)
        {
            _own.Add(input);
            Monitor.Pulse(_gate);
        }
    }

    public Task RoomAsync()
    {
        lock (_gate)
        {
            return _edge.Count < capacity ? Task.CompletedTask : _room.Task;
        }
    }

    /// <summary>
    /// Takes everything there is, own inputs first, waiting at most <paramref name="wait"/> for the first. With <paramref name="withEdge"/> false,
    /// edge inputs stay where they are.
    /// </summary>
    public void TakeAll(List<object> into, bool withEdge, TimeSpan wait)
    {
        lock (_gate)
        {
            if (_own.Count == 0 && (!withEdge || _edge.Count == 0) && !_closed && wait > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, wait);
            }

            into.AddRange(_own);
            _own.Clear();
            if (withEdge && _edge.Count > 0)
            {
                var full = _edge.Count >= capacity;
                into.AddRange(_edge);
                _edge.Clear();
                if (full)
                {
                    _room.TrySetResult();
                    _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }

    /// <summary>Wakes the taker for the last time; edge inputs are refused from now on.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _room.TrySetResult();
            Monitor.PulseAll(_gate);
        }
    }
}

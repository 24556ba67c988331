using Presence.Routing;

namespace Presence.Actors.Hosting;

/// <summary>
/// The inbox of one executor: many threads put, one takes all. Edge inputs are bounded (full = the edge stops reading its socket); inputs of the
/// node itself (loads, answers, stanzas between users) always fit, because each is the consequence of an input that was admitted.
/// </summary>
internal sealed class InputQueue(int capacity)
{
    /// <summary>Bytes of stanzas that may wait: a count alone would let large ones fill the memory while the store stands still.</summary>
    private const long MaxEdgeBytes = 64 * 1024 * 1024;

    // There will be no room any more; who waits is told by its own cancellation.
    private static readonly Task s_never = new TaskCompletionSource().Task;

    private readonly object _gate = new();
    private List<object> _edge = [];
    private List<object> _own = [];
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _edgeBytes;

    // How many of the waiting edge inputs have been looked through for acknowledgement requests.
    private int _looked;
    private bool _closed;

    private bool IsFull => _edge.Count >= capacity || _edgeBytes >= MaxEdgeBytes;

    public bool TryPutEdge(object input)
    {
        lock (_gate)
        {
            if (IsFull || _closed)
            {
                return false;
            }

            _edge.Add(input);
            _edgeBytes += input switch
            {
                StanzaInput client => client.Stanza.Bytes.Length,
                AnsweredIqInput answered => answered.Reply.Length,
                ComponentStanzaInput component => component.Stanza.Bytes.Length,
                _ => 0,
            };
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
            return _closed ? s_never : IsFull ? _room.Task : Task.CompletedTask;
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
                var full = IsFull;
                into.AddRange(_edge);
                _edge.Clear();
                _edgeBytes = 0;
                _looked = 0;
                if (full)
                {
                    _room.TrySetResult();
                    _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
    }

    /// <summary>The acknowledgement requests among the edge inputs that wait, each of them told once. They stay in their place.</summary>
    public void FindAckRequests(List<AckRequestInput> into)
    {
        lock (_gate)
        {
            for (; _looked < _edge.Count; _looked++)
            {
                if (_edge[_looked] is AckRequestInput request)
                {
                    into.Add(request);
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

namespace Presence.Actors.Shards;

/// <summary>
/// Users to be loaded, oldest request first. Unlike a plain queue it lets one out of turn: somebody may come to wait for a user whose load
/// nobody was in a hurry for. It never holds a user twice.
/// </summary>
public sealed class LoadQueue
{
    private readonly LinkedList<long> _order = new();
    private readonly Dictionary<long, LinkedListNode<long>> _nodes = [];

    public int Count => _order.Count;

    public void Enqueue(long userId)
    {
        if (!_nodes.ContainsKey(userId))
        {
            _nodes[userId] = _order.AddLast(userId);
        }
    }

    public bool TryDequeue(out long userId)
    {
        userId = _order.First?.Value ?? 0;
        return _order.Count > 0 && Remove(userId);
    }

    /// <summary>False: the user is not in here, or the driver has taken it already.</summary>
    public bool Remove(long userId)
    {
        if (!_nodes.Remove(userId, out var node))
        {
            return false;
        }

        _order.Remove(node);
        return true;
    }
}

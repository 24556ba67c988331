using System.Collections.Frozen;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// What verification strings were found to mean, so that a client is asked only for one that nobody has brought yet (XEP-0115 §8.2). One per executor, in memory only; no
/// user's state hangs on it. Full, it forgets the oldest, which is asked for again when somebody brings it.
/// </summary>
public sealed class CapsTable
{
    /// <summary>Entries kept: clients in use differ by kind, version and settings.</summary>
    public const int MaxEntries = 512;

    private readonly Dictionary<(string Hash, string Version), (CapsSaid Said, FrozenSet<string> Nodes)> _known = [];
    private readonly Queue<(string Hash, string Version)> _order = new();

    public int Count => _known.Count;

    /// <summary>The nodes a client wants to be told of; null: not known.</summary>
    public FrozenSet<string>? Find(CapsSaid said) => said.Hash is { } hash ? _known.GetValueOrDefault((hash, said.Version)).Nodes : null;

    /// <summary>The same, and if it is known the same object for all who say it: a session keeps it as long as it lives.</summary>
    public CapsSaid Shared(CapsSaid said) =>
        said.Hash is { } hash && _known.TryGetValue((hash, said.Version), out var known) && known.Said == said ? known.Said : said;

    /// <param name="said">Verified.</param>
    public void Learn(CapsSaid said, FrozenSet<string> nodes)
    {
        var key = (said.Hash!, said.Version);
        if (!_known.TryAdd(key, (said, nodes)))
        {
            return;
        }

        _order.Enqueue(key);
        if (_order.Count > MaxEntries)
        {
            _known.Remove(_order.Dequeue());
        }
    }
}

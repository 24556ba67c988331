using System.Globalization;
using System.Text;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>One node of a user and what it holds, without payloads. Changed by what became true only (<see cref="EventNodes"/>).</summary>
public sealed class EventNode(string name, NodeConfiguration configuration)
{
    private readonly List<EventItemRef> _items = [];

    public string Name { get; } = name;

    public NodeConfiguration Configuration { get; internal set; } = configuration;

    /// <summary>In the order of publication.</summary>
    public IReadOnlyList<EventItemRef> Items => _items;

    public EventItemRef? Last => _items.Count > 0 ? _items[^1] : null;

    /// <summary>For the next item.</summary>
    public long NextPlace(long now) => Math.Max(now, (Last?.Place ?? 0) + 1);

    /// <summary>Name of an item's document.</summary>
    public string DocumentName(string item) => EventItemName.Of(Name, item);

    /// <summary>Mark of an item's document.</summary>
    public static string MarkOf(long place) => place.ToString(CultureInfo.InvariantCulture);

    /// <summary>What an item counts towards the user's limit: its payload and its name.</summary>
    internal static long Weight(string id, int size) => size + Encoding.UTF8.GetByteCount(id);

    internal long Put(string id, DocumentRef document)
    {
        var item = new EventItemRef(id, long.Parse(document.Mark!, CultureInfo.InvariantCulture), document.Size);
        var freed = Remove(id);
        var at = _items.FindLastIndex(i => i.Place < item.Place) + 1;
        _items.Insert(at, item);
        return Weight(id, item.Size) - freed;
    }

    /// <summary>Returns what is no longer counted.</summary>
    internal long Remove(string id)
    {
        var at = _items.FindIndex(i => i.Id == id);
        if (at < 0)
        {
            return 0;
        }

        var freed = Weight(id, _items[at].Size);
        _items.RemoveAt(at);
        return freed;
    }
}

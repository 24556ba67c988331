using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// A user's nodes of personal eventing (XEP-0163) as the owner keeps them: names, configurations, sizes. Built from the references to documents and changed by
/// the same events as they are; payloads are read when they are asked for (ADR 0013).
/// </summary>
public sealed class EventNodes
{
    /// <summary>Nodes one user may have; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxNodes = 200;

    /// <summary>Items one node may keep, whatever its configuration.</summary>
    public const int MaxItemsPerNode = 1_000;

    /// <summary>Items all nodes of a user may keep; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxItems = 2_000;

    /// <summary>Longest name of a node or an item, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 1_023;

    private readonly SortedDictionary<string, EventNode> _nodes = new(StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IReadOnlyCollection<EventNode> All => _nodes.Values;

    /// <summary>Payloads and names of all items, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Items of all nodes.</summary>
    public int Items { get; private set; }

    public EventNode? Find(string name) => _nodes.GetValueOrDefault(name);

    /// <summary>Whether documents of this kind belong here.</summary>
    public static bool Holds(DocumentKind kind) => kind is DocumentKind.EventNode or DocumentKind.EventItem;

    internal void Stored(DocumentRef document)
    {
        if (document.Kind == DocumentKind.EventNode)
        {
            var configuration = NodeConfiguration.OfMark(document.Mark!);
            if (Find(document.Name) is { } node)
            {
                node.Configuration = configuration;
            }
            else
            {
                _nodes[document.Name] = new EventNode(document.Name, configuration);
            }

            return;
        }

        var (name, item) = EventItemName.Parts(document.Name);
        if (Find(name) is { } home)
        {
            var before = home.Items.Count;
            Bytes += home.Put(item, document);
            Items += home.Items.Count - before;
        }
    }

    internal void Removed(DocumentKind kind, string document)
    {
        if (kind == DocumentKind.EventNode)
        {
            _nodes.Remove(document);
            return;
        }

        var (name, item) = EventItemName.Parts(document);
        if (Find(name) is { } home)
        {
            var before = home.Items.Count;
            Bytes -= home.Remove(item);
            Items -= before - home.Items.Count;
        }
    }
}

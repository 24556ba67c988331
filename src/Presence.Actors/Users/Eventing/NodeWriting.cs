using System.Globalization;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Every change of a user's nodes: as events that are written, and as what readers are told. Who may ask for it is not its business. What does not fit into the
/// limits is refused whole, before anything is changed.
/// </summary>
internal static class NodeWriting
{
    /// <summary>Null: there is room; otherwise the refusal.</summary>
    public static StanzaError? Refusal(Publication publication, Turn turn)
    {
        var (user, services) = (turn.User, turn.Environment.Services);
        if (publication.Items.Any(i => i.Body.Length > services.MaxEventItemBytes))
        {
            var text = $"an item may have {services.MaxEventItemBytes} bytes at most";
            return EventingErrors.Of(StanzaErrorCondition.NotAcceptable, "payload-too-big", text);
        }

        if (publication.IsNew && NodesFull(user))
        {
            return EventingErrors.Of(StanzaErrorCondition.ResourceConstraint, "max-nodes-exceeded", $"at most {EventNodes.MaxNodes} nodes");
        }

        if (!publication.Configuration.Persist)
        {
            return null;
        }

        if (publication.Items.Count > publication.Configuration.Capacity)
        {
            return EventingErrors.Of(StanzaErrorCondition.NotAllowed, "max-items-exceeded");
        }

        var ids = publication.Items.Select(i => i.Id).ToHashSet();
        var old = user.Events?.Find(publication.Node)?.Items ?? [];
        var staying = old.Where(i => !ids.Contains(i.Id)).TakeLast(publication.Configuration.Capacity - ids.Count).ToList();
        var bytes = (user.Events?.Bytes ?? 0) - old.Sum(i => EventNode.Weight(i.Id, i.Size)) + staying.Sum(i => EventNode.Weight(i.Id, i.Size))
            + publication.Items.Sum(i => EventNode.Weight(i.Id, i.Body.Length));
        var items = (user.Events?.Items ?? 0) - old.Count + staying.Count + ids.Count;
        return bytes > services.MaxEventBytes || items > EventNodes.MaxItems
            ? new StanzaError(StanzaErrorCondition.ResourceConstraint) { Text = $"at most {EventNodes.MaxItems} items and {services.MaxEventBytes} bytes" }
            : null;
    }

    /// <summary>Whether one more node is one too many.</summary>
    public static bool NodesFull(UserState user) => user.Events?.All.Count >= EventNodes.MaxNodes;

    /// <summary>Publishes what was found to fit (<see cref="Refusal"/>).</summary>
    /// <param name="tell">Whether anybody is told.</param>
    public static void Publish(Publication publication, Turn turn, bool tell = true)
    {
        if (publication.IsNew)
        {
            Configure(publication.Node, publication.Configuration, turn);
        }

        if (publication.Configuration.Persist)
        {
            foreach (var (id, _, body) in publication.Items)
            {
                var node = turn.User.Events!.Find(publication.Node)!;
                var name = node.DocumentName(id);
                turn.Emit(new DocumentStored(new DocumentRow(turn.User.UserId, DocumentKind.EventItem, name, EventNode.MarkOf(node.NextPlace(turn.Now)), body)));
            }

            Trim(turn.User.Events!.Find(publication.Node)!, turn);
        }

        if (tell)
        {
            EventNotices.Published(publication, turn);
        }
    }

    /// <summary>Makes a node, or changes how one behaves; items that it may no longer hold go.</summary>
    public static void Configure(string name, NodeConfiguration configuration, Turn turn)
    {
        using var form = new Utf8XmlBuilder();
        NodeForm.Write(form, configuration, "submit");
        turn.Emit(new DocumentStored(new DocumentRow(turn.User.UserId, DocumentKind.EventNode, name, configuration.ToMark(), form.ToArray())));
        Trim(turn.User.Events!.Find(name)!, turn);
    }

    /// <summary>Takes items from a node that has them.</summary>
    /// <param name="notify">The request asks that it be told (XEP-0060 §7.2).</param>
    public static void Retract(EventNode node, IReadOnlyList<string> ids, bool notify, Turn turn)
    {
        foreach (var id in ids)
        {
            Remove(node, id, turn);
        }

        if (notify || node.Configuration.NotifyRetract)
        {
            EventNotices.Retracted(node, ids, turn);
        }
    }

    /// <summary>Takes all items from a node (§8.5).</summary>
    public static void Purge(EventNode node, Turn turn)
    {
        Empty(node, turn);
        if (node.Configuration.NotifyRetract)
        {
            EventNotices.Of(node.Name, "purge", node.Configuration, turn);
        }
    }

    /// <summary>Takes the node itself (§8.4).</summary>
    public static void Delete(EventNode node, Turn turn)
    {
        Empty(node, turn);
        turn.Emit(new DocumentRemoved(turn.User.UserId, DocumentKind.EventNode, node.Name));
        if (node.Configuration.NotifyDelete)
        {
            EventNotices.Of(node.Name, "delete", node.Configuration, turn);
        }
    }

    /// <summary>An id for an item or an event, that nobody can foresee.</summary>
    public static string RandomId(Turn turn) => turn.RandomNumber().ToString("x16", CultureInfo.InvariantCulture);

    private static void Trim(EventNode node, Turn turn)
    {
        var capacity = node.Configuration.Persist ? node.Configuration.Capacity : 0;
        while (node.Items.Count > capacity)
        {
            Remove(node, node.Items[0].Id, turn);
        }
    }

    private static void Empty(EventNode node, Turn turn)
    {
        while (node.Last is { } item)
        {
            Remove(node, item.Id, turn);
        }
    }

    private static void Remove(EventNode node, string id, Turn turn) =>
        turn.Emit(new DocumentRemoved(turn.User.UserId, DocumentKind.EventItem, node.DocumentName(id)));
}

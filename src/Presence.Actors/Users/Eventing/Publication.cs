using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>Items that are to be published on one node, read and found possible but for the room that is there.</summary>
/// <param name="Configuration">Of the node afterwards.</param>
/// <param name="IsNew">The node has to be made.</param>
/// <param name="Items">Ids, each once, and payloads in order.</param>
public sealed record Publication(string Node, NodeConfiguration Configuration, bool IsNew, IReadOnlyList<(string Id, XmlElement Payload, byte[] Body)> Items)
{
    /// <summary>Reads a publication (XEP-0060 §7.1). Null: it is one; otherwise why not.</summary>
    /// <param name="nextId">Makes the id of an item that has none (§7.1.2).</param>
    public static StanzaError? Read(XmlElement pubsub, EventNodes? nodes, Func<string> nextId, out Publication? publication)
    {
        publication = null;
        var publish = pubsub.Child("publish")!;
        if (NameFault(publish.Attr("node")) is { } fault)
        {
            return fault;
        }

        var name = publish.Attr("node")!;
        var node = nodes?.Find(name);
        var configuration = node?.Configuration ?? NodeConfiguration.Default;
        if (Options(pubsub, node is not null, ref configuration) is { } refusal)
        {
            return refusal;
        }

        var items = new List<(string Id, XmlElement Payload, byte[] Body)>();
        foreach (var item in publish.Children.Where(c => c.Name == "item" && c.Namespace == publish.Namespace))
        {
            if (ItemFault(item) is { } wrong)
            {
                return wrong;
            }

            var payload = item.Children.Single();
            var id = item.Attr("id") is { Length: > 0 } given ? given : nextId();
            items.RemoveAll(i => i.Id == id);
            items.Add((id, payload, payload.ToBytes("")));
        }

        if (items.Count == 0)
        {
            return EventingErrors.ItemRequired;
        }

        publication = new Publication(name, configuration, node is null, items);
        return null;
    }

    /// <summary>Null: the name of a node can be this.</summary>
    public static StanzaError? NameFault(string? node) => node is not { Length: > 0 } ? EventingErrors.NodeRequired
        : Encoding.UTF8.GetByteCount(node) > EventNodes.MaxNameBytes ? new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "the name of the node is too long" }
        : null;

    /// <summary>§7.1.5: where there is a node, its configuration must be that already; where there is none, it becomes that.</summary>
    private static StanzaError? Options(XmlElement pubsub, bool exists, ref NodeConfiguration configuration)
    {
        if (pubsub.Child("publish-options") is not { } options)
        {
            return null;
        }

        var wanted = configuration;
        var fault = options.Child("x", Namespaces.DataForms) is { } x
            ? NodeForm.Apply(x, NodeForm.OptionsType, ref wanted)
            : EventingErrors.Of(StanzaErrorCondition.BadRequest, "invalid-options");
        if (exists && (fault is { Condition: StanzaErrorCondition.NotAcceptable } || wanted != configuration))
        {
            return EventingErrors.Of(StanzaErrorCondition.Conflict, "precondition-not-met", "the node is configured otherwise");
        }

        configuration = wanted;
        return fault;
    }

    /// <summary>An item with an id and a payload; null: it is none.</summary>
    internal static (string Id, XmlElement Payload, byte[] Body)? ReadItem(XmlElement item) =>
        ItemFault(item) is null && item.Attr("id") is { Length: > 0 } id ? (id, item.Children.Single(), item.Children.Single().ToBytes("")) : null;

    private static StanzaError? ItemFault(XmlElement item)
    {
        var payloads = item.Children.Take(2).ToList();
        if (payloads.Count == 0)
        {
            return EventingErrors.Of(StanzaErrorCondition.BadRequest, "payload-required");
        }

        // What is in the namespace around it, or in none, would be something else wherever it is put.
        if (payloads.Count > 1 || payloads[0].Namespace is "" or Namespaces.PubSub)
        {
            return EventingErrors.Of(StanzaErrorCondition.BadRequest, "invalid-payload");
        }

        return Encoding.UTF8.GetByteCount(item.Attr("id") ?? "") > EventNodes.MaxNameBytes
            ? new StanzaError(StanzaErrorCondition.NotAcceptable) { Text = "the id of the item is too long" }
            : null;
    }
}

using System.Globalization;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Node.Transfer;

/// <summary>
/// A user's nodes of personal eventing as XEP-0227 §4.9 writes them: first how each behaves, then what it holds, in the order of publication. Payloads are read one by one.
/// </summary>
internal static class PortableNodes
{
    public static void Write(Utf8XmlBuilder xml, UserRows user, IUserReads store)
    {
        var nodes = user.Documents.Where(d => d.Kind == DocumentKind.EventNode).Select(d => d.Name).ToList();
        if (nodes.Count == 0)
        {
            return;
        }

        var id = user.Account.UserId;
        xml.Raw("\n"u8).Open("pubsub", Namespaces.PubSubOwner);
        foreach (var node in store.ReadDocuments(id, DocumentKind.EventNode, nodes))
        {
            xml.Open("configure").Attr("node", node.Name).Raw(node.Body).Close();
        }

        xml.Close().Raw("\n"u8).Open("pubsub", Namespaces.PubSub);
        var items = user.Documents.Where(d => d.Kind == DocumentKind.EventItem).ToLookup(d => EventItemName.Parts(d.Name).Node);
        foreach (var node in nodes)
        {
            xml.Open("items").Attr("node", node);
            foreach (var item in items[node].OrderBy(i => long.Parse(i.Mark!, CultureInfo.InvariantCulture)))
            {
                if (store.ReadDocument(id, DocumentKind.EventItem, item.Name) is { } document)
                {
                    xml.Open("item").Attr("id", EventItemName.Parts(item.Name).Item).Raw(document.Body).Close();
                }
            }

            xml.Close();
        }

        xml.Close();
    }
}

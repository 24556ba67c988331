using System.Globalization;
using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>Answers requests for items (XEP-0060 §6.5), the owner's and those of others: payloads come from the store, access is settled before.</summary>
internal static class ItemReading
{
    /// <summary>All items, the newest <c>max_items</c> of them, or those named; in the order of publication.</summary>
    public static void Get(Stanza iq, Jid asker, XmlElement items, Turn turn)
    {
        var (user, name) = (turn.User, items.Attr("node"));
        if (Publication.NameFault(name) is { } fault)
        {
            IqFeature.Refuse(iq, asker, user.Jid, fault, turn);
            return;
        }

        var node = user.Events?.Find(name!);
        if (NodeAccess.Refusal(NodeAccess.Of(asker, user), node) is { } refusal)
        {
            IqFeature.Refuse(iq, asker, user.Jid, refusal, turn);
        }
        else if (!node!.Configuration.Persist)
        {
            IqFeature.Refuse(iq, asker, user.Jid, EventingErrors.Unsupported("persistent-items"), turn);
        }
        else if (!TryChoose(items, node, out var chosen))
        {
            IqFeature.Refuse(iq, asker, user.Jid, StanzaErrorCondition.BadRequest, turn);
        }
        else if (chosen.Count == 0 && items.Children.Any())
        {
            IqFeature.Refuse(iq, asker, user.Jid, EventingErrors.NotFound, turn);
        }
        else
        {
            Ask(iq, asker, node, chosen, turn);
        }
    }

    /// <summary>The store answered. Items that have gone since are left out.</summary>
    public static void Answer(NodeItemsInput input, Turn turn)
    {
        var user = turn.User;
        user.DocumentReads = Math.Max(0, user.DocumentReads - 1);
        if (input.Rows is not { } rows)
        {
            var failure = new StanzaError(StanzaErrorCondition.InternalServerError, StanzaErrorType.Wait);
            IqFeature.Refuse(input.Request, input.Asker, user.Jid, failure, turn);
            return;
        }

        IqReply.ResultTo(input.Asker, input.Request, turn, xml =>
        {
            xml.Open("pubsub", Namespaces.PubSub).Open("items").Attr("node", input.Node);
            foreach (var row in rows)
            {
                xml.Open("item").Attr("id", EventItemName.Parts(row.Name).Item).Raw(row.Body).Close();
            }
        });
    }

    private static bool TryChoose(XmlElement items, EventNode node, out List<EventItemRef> chosen)
    {
        chosen = [.. node.Items];
        var ids = new HashSet<string>();
        foreach (var item in items.Children.Where(c => c.Name == "item" && c.Namespace == items.Namespace))
        {
            if (item.Attr("id") is not { } id)
            {
                return false;
            }

            ids.Add(id);
        }

        if (ids.Count > 0)
        {
            chosen.RemoveAll(i => !ids.Contains(i.Id));
        }

        if (items.Attr("max_items") is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var max) || max < 1)
            {
                return false;
            }

            chosen.RemoveRange(0, Math.Max(0, chosen.Count - max));
        }

        return true;
    }

    private static void Ask(Stanza iq, Jid asker, EventNode node, List<EventItemRef> chosen, Turn turn)
    {
        var user = turn.User;
        if (user.DocumentReads >= DocumentReading.MaxReads)
        {
            IqFeature.Refuse(iq, asker, user.Jid, StanzaErrorCondition.ResourceConstraint, turn);
            return;
        }

        user.DocumentReads++;
        var (id, name, names) = (user.UserId, node.Name, chosen.ConvertAll(i => node.DocumentName(i.Id)));
        turn.Read(store =>
        {
            try
            {
                return new NodeItemsInput(id, asker, iq, name, store.ReadDocuments(id, DocumentKind.EventItem, names));
            }
            catch (IOException)
            {
                return Failed();
            }
        }, Failed);

        NodeItemsInput Failed() => new(id, asker, iq, name, null);
    }
}

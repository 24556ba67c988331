using Presence.Actors.Users.Features;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Requests of publish-subscribe to an account (XEP-0163, of XEP-0060 what a personal service needs): only the owner publishes and configures, others may read.
/// Nobody subscribes by hand: who sees the owner's presence is told what its client wants to know.
/// </summary>
public static class EventingFeature
{
    /// <summary>What discovery tells beside the namespace (XEP-0060 §10).</summary>
    public static IReadOnlyList<string> Features { get; } =
    [
        .. new[]
        {
            "access-open", "access-presence", "access-whitelist", "auto-create", "auto-subscribe", "config-node", "config-node-max", "create-and-configure",
            "create-nodes", "delete-items", "delete-nodes", "filtered-notifications", "item-ids", "last-published", "meta-data", "multi-items",
            "persistent-items", "presence-notifications", "publish", "publish-options", "purge-nodes", "retract-items", "retrieve-default", "retrieve-items",
        }.Select(f => $"{Namespaces.PubSub}#{f}"),
    ];

    private static readonly string[] s_managed = ["subscribe", "unsubscribe", "options", "subscriptions", "affiliations"];

    /// <summary>Items, asked by the owner.</summary>
    public static void Get(SessionState session, Stanza iq, XmlElement pubsub, Turn turn) => GetOfOther(iq, session.FullJid, pubsub, turn);

    /// <summary>Items, asked by anybody.</summary>
    public static void GetOfOther(Stanza iq, Jid asker, XmlElement pubsub, Turn turn)
    {
        if (pubsub.Child("items") is { } items)
        {
            ItemReading.Get(iq, asker, items, turn);
        }
        else
        {
            IqFeature.Refuse(iq, asker, turn.User.Jid, Unmanaged(pubsub), turn);
        }
    }

    /// <summary>Only the owner changes anything; nor can anybody else subscribe by hand.</summary>
    public static void SetOfOther(Stanza iq, Jid asker, XmlElement pubsub, Turn turn)
    {
        var unmanaged = pubsub.Children.Any(c => s_managed.Contains(c.Name));
        IqFeature.Refuse(iq, asker, turn.User.Jid, unmanaged ? Unmanaged(pubsub) : new StanzaError(StanzaErrorCondition.Forbidden), turn);
    }

    /// <summary>What only owners ask, asked by somebody else.</summary>
    public static void OwnerOnly(Stanza iq, Jid asker, XmlElement pubsub, Turn turn) =>
        IqFeature.Refuse(iq, asker, turn.User.Jid, StanzaErrorCondition.Forbidden, turn);

    /// <summary>Publish, retract, create (XEP-0060 §7, §8.1).</summary>
    public static void Set(SessionState session, Stanza iq, XmlElement pubsub, Turn turn)
    {
        if (pubsub.Child("publish") is not null)
        {
            Publish(session, iq, pubsub, turn);
            return;
        }

        var error = pubsub.Child("retract") is { } retract ? Retract(retract, turn)
            : pubsub.Child("create") is { } create ? Create(create, pubsub.Child("configure"), turn)
            : Unmanaged(pubsub);
        Done(session, iq, error, turn);
    }

    /// <summary>A node's configuration, or that of a new one (§8.2, §8.3).</summary>
    public static void OwnerGet(SessionState session, Stanza iq, XmlElement pubsub, Turn turn)
    {
        if (pubsub.Child("default") is not null)
        {
            IqReply.Result(session, iq, turn, xml => NodeForm.Write(xml.Open("pubsub", Namespaces.PubSubOwner).Open("default"), NodeConfiguration.Default, "form"));
        }
        else if (pubsub.Child("configure") is not { } configure)
        {
            IqReply.Error(session, iq, Unmanaged(pubsub), turn);
        }
        else if (Find(configure, turn, out var node) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
        }
        else
        {
            IqReply.Result(session, iq, turn, xml =>
                NodeForm.Write(xml.Open("pubsub", Namespaces.PubSubOwner).Open("configure").Attr("node", node.Name), node.Configuration, "form"));
        }
    }

    /// <summary>Configure, purge, delete (§8.2, §8.4, §8.5).</summary>
    public static void OwnerSet(SessionState session, Stanza iq, XmlElement pubsub, Turn turn)
    {
        var what = pubsub.Children.FirstOrDefault(c => c.Namespace == pubsub.Namespace && c.Name is "configure" or "purge" or "delete");
        if (what is null)
        {
            IqReply.Error(session, iq, Unmanaged(pubsub), turn);
            return;
        }

        if (Find(what, turn, out var node) is { } missing)
        {
            IqReply.Error(session, iq, missing, turn);
            return;
        }

        StanzaError? error = null;
        switch (what.Name)
        {
            case "configure": error = Configure(node, what, turn); break;
            case "purge" when !node.Configuration.Persist: error = EventingErrors.Unsupported("persistent-items"); break;
            case "purge": NodeWriting.Purge(node, turn); break;
            default: NodeWriting.Delete(node, turn); break;
        }

        Done(session, iq, error, turn);
    }

    /// <summary>Publishes, once whatever has to be known beside the request is known.</summary>
    internal static void Publish(SessionState session, Stanza iq, XmlElement pubsub, Turn turn, AvatarPhoto? photo = null)
    {
        var error = Publication.Read(pubsub, turn.User.Events, () => NodeWriting.RandomId(turn), out var publication)
            ?? NodeWriting.Refusal(publication!, turn);
        if (error is not null)
        {
            Done(session, iq, error, turn);
            return;
        }

        if (photo is null && AvatarConversion.NeedsPhoto(publication!, turn.User))
        {
            AvatarConversion.Ask(session, iq, pubsub, publication!, turn);
            return;
        }

        NodeWriting.Publish(publication!, turn);
        IqReply.Result(session, iq, turn, xml =>
        {
            xml.Open("pubsub", Namespaces.PubSub).Open("publish").Attr("node", publication!.Node);
            foreach (var (id, _, _) in publication.Items)
            {
                xml.Open("item").Attr("id", id).Close();
            }
        });
        photo?.Keep(turn);
        SessionRows.Store(session, turn);
    }

    private static StanzaError? Retract(XmlElement retract, Turn turn)
    {
        if (Find(retract, turn, out var node) is { } error)
        {
            return error;
        }

        if (!node.Configuration.Persist)
        {
            return EventingErrors.Unsupported("persistent-items");
        }

        var ids = retract.Children.Where(c => c.Name == "item").Select(c => c.Attr("id")).ToList();
        if (ids.Count == 0 || ids.Contains(null))
        {
            return EventingErrors.ItemRequired;
        }

        if (!ids.TrueForAll(id => node.Items.Any(i => i.Id == id)))
        {
            return EventingErrors.NotFound;
        }

        NodeWriting.Retract(node, [.. ids.Distinct()!], retract.Attr("notify") is "true" or "1", turn);
        return null;
    }

    private static StanzaError? Create(XmlElement create, XmlElement? configure, Turn turn)
    {
        var name = create.Attr("node");
        var configuration = NodeConfiguration.Default;
        if (name is null)
        {
            return EventingErrors.Of(StanzaErrorCondition.NotAcceptable, "nodeid-required");
        }

        var error = Publication.NameFault(name)
            ?? (turn.User.Events?.Find(name) is not null ? new StanzaError(StanzaErrorCondition.Conflict) : null)
            ?? (configure?.Child("x", Namespaces.DataForms) is { } x ? NodeForm.Apply(x, NodeForm.ConfigurationType, ref configuration) : null);
        if (error is null && NodeWriting.NodesFull(turn.User))
        {
            error = EventingErrors.Of(StanzaErrorCondition.ResourceConstraint, "max-nodes-exceeded", $"at most {EventNodes.MaxNodes} nodes");
        }

        if (error is null)
        {
            NodeWriting.Configure(name, configuration, turn);
        }

        return error;
    }

    private static StanzaError? Configure(EventNode node, XmlElement configure, Turn turn)
    {
        if (configure.Child("x", Namespaces.DataForms) is not { } x)
        {
            return EventingErrors.Of(StanzaErrorCondition.BadRequest, "invalid-options");
        }

        var configuration = node.Configuration;
        if (x.Attr("type") == "cancel")
        {
            return null;
        }

        var error = NodeForm.Apply(x, NodeForm.ConfigurationType, ref configuration);
        if (error is null && configuration != node.Configuration)
        {
            NodeWriting.Configure(node.Name, configuration, turn);
        }

        return error;
    }

    private static StanzaError? Find(XmlElement named, Turn turn, out EventNode node)
    {
        var name = named.Attr("node");
        var found = name is null ? null : turn.User.Events?.Find(name);
        node = found!;
        return Publication.NameFault(name) ?? (found is null ? EventingErrors.NotFound : null);
    }

    /// <summary>§17.4: what nobody can ask here, by the name of its feature.</summary>
    private static StanzaError Unmanaged(XmlElement pubsub) => pubsub.Children.FirstOrDefault()?.Name switch
    {
        "subscribe" or "unsubscribe" => EventingErrors.Unsupported("subscribe"),
        "options" => EventingErrors.Unsupported("subscription-options"),
        "subscriptions" => EventingErrors.Unsupported(pubsub.Namespace == Namespaces.PubSub ? "retrieve-subscriptions" : "manage-subscriptions"),
        "affiliations" => EventingErrors.Unsupported(pubsub.Namespace == Namespaces.PubSub ? "retrieve-affiliations" : "modify-affiliations"),
        _ => new StanzaError(StanzaErrorCondition.BadRequest),
    };

    private static void Done(SessionState session, Stanza iq, StanzaError? error, Turn turn)
    {
        if (error is not null)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        IqReply.Result(session, iq, turn);
        SessionRows.Store(session, turn);
    }
}

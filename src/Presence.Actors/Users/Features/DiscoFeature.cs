using Presence.Actors.Users.Eventing;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Service discovery (XEP-0030) for the server and for accounts. Answers come from <see cref="IqTable"/>, so that nothing is told that is not
/// there; a stranger must never learn from them whether an account exists (§8).
/// </summary>
public static class DiscoFeature
{
    /// <summary>The software's name, in discovery, capabilities and version.</summary>
    public const string ServerName = "Presence";

    public static void ServerInfo(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var node = query.Attr("node");
        var administrator = CommandsFeature.MayUse(turn);
        if (administrator && node == Namespaces.Commands)
        {
            IqReply.Result(session, iq, turn, xml => Info(xml, node, "automation", "command-list", "Commands", [Namespaces.Commands]));
            return;
        }

        if (administrator && node is not null && AdminCommand.Find(node) is { } command)
        {
            IqReply.Result(session, iq, turn, xml => Info(xml, node, "automation", "command-node", command.Title, [Namespaces.Commands, Namespaces.DataForms]));
            return;
        }

        if (node is not null && node != ServerCaps.DiscoNode)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        // Capabilities are the same for everybody; only who asks without them is told of what is not for everybody.
        var features = administrator && node is null
            ? [.. IqTable.ServerFeatures.Append(Namespaces.Commands).Order(StringComparer.Ordinal)]
            : IqTable.ServerFeatures;
        IqReply.Result(session, iq, turn, xml => Info(xml, node, "server", "im", ServerName, features));
    }

    /// <summary>The external components, connected or not; at their node the server's commands (XEP-0050 §3.2), for those who may use them.</summary>
    public static void ServerItems(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var node = query.Attr("node");
        if (node is null)
        {
            IqReply.Result(session, iq, turn, xml => Components(xml, turn));
            return;
        }

        if (node != Namespaces.Commands || !CommandsFeature.MayUse(turn))
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        IqReply.Result(session, iq, turn, xml =>
        {
            xml.Open("query", Namespaces.DiscoItems).Attr("node", Namespaces.Commands);
            foreach (var command in AdminCommand.All)
            {
                xml.Open("item").Attr("jid", turn.Environment.Domain.ToString()).Attr("node", command.Node).Attr("name", command.Title).Close();
            }

            xml.Close();
        });
    }

    public static void OwnAccountInfo(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (query.Attr("node") is not { } node)
        {
            IqReply.Result(session, iq, turn, xml => Account(xml, IqTable.AccountFeatures));
        }
        else if (turn.User.Events?.Find(node) is null)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
        }
        else
        {
            IqReply.Result(session, iq, turn, xml => Info(xml, node, "pubsub", "leaf", null, [Namespaces.PubSub]));
        }
    }

    /// <summary>As <see cref="ServerInfo"/>, asked by a component.</summary>
    public static void ForeignServerInfo(Stanza iq, Jid asker, XmlElement query, Turn turn)
    {
        var node = query.Attr("node");
        if (node is not null && node != ServerCaps.DiscoNode)
        {
            IqFeature.Refuse(iq, asker, turn.User.Jid, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        IqReply.ResultTo(asker, iq, turn, xml => Info(xml, node, "server", "im", ServerName, IqTable.ServerFeatures));
    }

    /// <summary>As <see cref="ServerItems"/>, asked by a component.</summary>
    public static void ForeignServerItems(Stanza iq, Jid asker, XmlElement query, Turn turn)
    {
        if (query.Attr("node") is not null)
        {
            IqFeature.Refuse(iq, asker, turn.User.Jid, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        IqReply.ResultTo(asker, iq, turn, xml => Components(xml, turn));
    }

    /// <summary>The nodes of the account's personal eventing, or the items of one (XEP-0060 §5.2, §5.5).</summary>
    public static void Items(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (query.Attr("node") is { } node && turn.User.Events?.Find(node) is null)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ItemNotFound, turn);
            return;
        }

        IqReply.Result(session, iq, turn, xml => Nodes(xml, query.Attr("node"), Reader.Owner, turn));
    }

    /// <summary>§8: only who may see the account's presence learns that there is one.</summary>
    public static void ForeignInfo(Stanza iq, Jid asker, XmlElement query, Turn turn)
    {
        var (user, name) = (turn.User, query.Attr("node"));
        var reader = NodeAccess.Of(asker, user);
        var trusted = reader != Reader.Stranger;
        if (trusted && name is not null && user.Events?.Find(name) is { } node && NodeAccess.MayRead(reader, node))
        {
            IqReply.ResultTo(asker, iq, turn, xml => Info(xml, name, "pubsub", "leaf", null, [Namespaces.PubSub]));
            return;
        }

        if (!trusted || name is not null)
        {
            var condition = trusted ? StanzaErrorCondition.ItemNotFound : StanzaErrorCondition.ServiceUnavailable;
            IqFeature.Refuse(iq, asker, user.Jid, condition, turn);
            return;
        }

        IqReply.ResultTo(asker, iq, turn, xml => Account(xml, IqTable.ForeignFeatures));
    }

    /// <summary>§8: an empty list for everybody, be there an account or not, but for who sees its presence: what that may read.</summary>
    public static void ForeignItems(Stanza iq, Jid asker, XmlElement query, Turn turn) =>
        IqReply.ResultTo(asker, iq, turn, xml => Nodes(xml, query.Attr("node"), NodeAccess.Of(asker, turn.User), turn));

    /// <param name="name">Null: the nodes themselves.</param>
    private static void Nodes(Utf8XmlBuilder xml, string? name, Reader reader, Turn turn)
    {
        var (nodes, jid) = (reader == Reader.Stranger ? null : turn.User.Events, turn.User.Jid.ToString());
        xml.Open("query", Namespaces.DiscoItems).Attr("node", name);
        foreach (var node in nodes?.All.Where(n => NodeAccess.MayRead(reader, n) && (name is null || n.Name == name)) ?? [])
        {
            if (name is null)
            {
                xml.Open("item").Attr("jid", jid).Attr("node", node.Name).Close();
                continue;
            }

            foreach (var item in node.Items)
            {
                xml.Open("item").Attr("jid", jid).Attr("name", item.Id).Close();
            }
        }

        xml.Close();
    }

    /// <summary>XEP-0163 §6.1: an account is a publish-subscribe service too.</summary>
    private static void Account(Utf8XmlBuilder xml, IReadOnlyList<string> features) =>
        Info(xml, null, "account", "registered", null, features, personalEventing: true);

    private static void Components(Utf8XmlBuilder xml, Turn turn)
    {
        xml.Open("query", Namespaces.DiscoItems);
        foreach (var domain in turn.Environment.Components.Order(StringComparer.Ordinal))
        {
            xml.Open("item").Attr("jid", domain).Close();
        }

        xml.Close();
    }

    private static void Info(Utf8XmlBuilder xml, string? node, string category, string type, string? name, IReadOnlyList<string> features, bool personalEventing = false)
    {
        xml.Open("query", Namespaces.DiscoInfo).Attr("node", node);
        xml.Open("identity").Attr("category", category).Attr("type", type).Attr("name", name).Close();
        if (personalEventing)
        {
            xml.Open("identity").Attr("category", "pubsub").Attr("type", "pep").Close();
        }

        foreach (var feature in features)
        {
            xml.Open("feature").Attr("var", feature).Close();
        }

        xml.Close();
    }
}

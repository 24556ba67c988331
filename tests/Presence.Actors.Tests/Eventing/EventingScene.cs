using System.Security.Cryptography;
using System.Text;
using Presence.Actors.Tests.Iq;
using Presence.Protocol.Xml;
using Presence.Tests.Shared;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Short words for what clients ask of personal eventing, and for what they are told. Sets scenes; never asserts.</summary>
public abstract class EventingScene(ServiceOptions? services = null, SessionOptions? options = null) : Scene(options, services)
{
    protected const string Tune = "http://jabber.org/protocol/tune";
    protected const string Bookmarks = "urn:xmpp:bookmarks:1";

    /// <summary>XEP-0402 §3.1.</summary>
    protected const string BookmarkOptions =
        """
        <publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/pubsub#publish-options</value></field>
        <field var='pubsub#persist_items'><value>true</value></field><field var='pubsub#max_items'><value>max</value></field>
        <field var='pubsub#send_last_published_item'><value>never</value></field><field var='pubsub#access_model'><value>whitelist</value></field></x></publish-options>
        """;

    protected static string Options(string name, string value) =>
        $"<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='pubsub#{name}'><value>{value}</value></field></x></publish-options>";

    protected static string Configuration(string name, string value) =>
        $"<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#node_config</value></field><field var='pubsub#{name}'><value>{value}</value></field></x>";

    protected static string PubSub(string inner) => $"<pubsub xmlns='http://jabber.org/protocol/pubsub'>{inner}</pubsub>";

    protected static string Owner(string inner) => $"<pubsub xmlns='http://jabber.org/protocol/pubsub#owner'>{inner}</pubsub>";

    protected static string Item(string id, string text = "x") => $"<item id='{id}'><a xmlns='example:a'>{text}</a></item>";

    protected static string Publish(BenchClient client, string node, string items, string options = "") =>
        Asked(client, PubSub($"<publish node='{node}'>{items}</publish>{options}"), type: "set");

    protected static string Retract(BenchClient client, string node, string id) =>
        Asked(client, PubSub($"<retract node='{node}' notify='true'><item id='{id}'/></retract>"), type: "set");

    /// <summary>"result" and the ids of items, or the error with its conditions.</summary>
    protected static string Items(BenchClient client, string node, string? of = null, string more = "", string attributes = "") =>
        Told(client.Ask(Request(PubSub($"<items node='{node}' {attributes}>{more}</items>"), of)));

    protected static string Told(XmlElement answer)
    {
        if (answer.Attr("type") != "error")
        {
            var items = answer.Child("pubsub", Namespaces.PubSub)?.Child("items")?.Children ?? [];
            return string.Join(' ', items.Select(i => i.Attr("id")).Prepend("result"));
        }

        return string.Join(' ', answer.Child("error")!.Children.Where(c => c.Name != "text").Select(c => c.Name).Prepend(answer.Child("error")!.Attr("type")));
    }

    /// <summary>Events received: node and what happened, of whom.</summary>
    protected static IEnumerable<string> Events(BenchClient client) => client.Messages
        .Select(m => (m, e: m.Child("event", Namespaces.PubSubEvent))).Where(t => t.e is not null)
        .Select(t =>
        {
            var what = t.e!.Children.Single();
            var items = what.Children.Select(c => $" {c.Name} {c.Attr("id")}{string.Concat(c.Children.Select(p => "=" + p.Text))}");
            return $"{t.m.Attr("from")} {t.m.Attr("type")} {what.Name} {what.Attr("node")}{string.Concat(items)}";
        });

    /// <summary>Capabilities of a client that wants to be told of some nodes, as its presence has them (XEP-0115 §5).</summary>
    protected static string Caps(params string[] nodes) => $"<c xmlns='{Namespaces.Caps}' hash='sha-1' node='example:client' ver='{Version(nodes)}'/>";

    /// <summary>What that client answers.</summary>
    protected static string Features(string[] nodes, string node) =>
        $"<query xmlns='{Namespaces.DiscoInfo}' node='{node}'><identity category='client' type='phone'/>{string.Concat(nodes.Select(n => $"<feature var='{n}+notify'/>"))}</query>";

    /// <summary>An available client that wants to be told of some nodes and has answered what it is asked.</summary>
    protected BenchClient Interested(string jid, string resource, params string[] nodes)
    {
        var client = Connect(jid, resource);
        client.Send($"<presence>{Caps(nodes)}</presence>");
        Explain(client, nodes);
        return client;
    }

    /// <summary>Answers every question for capabilities that has come.</summary>
    protected static void Explain(BenchClient client, params string[] nodes)
    {
        foreach (var question in Questions(client).ToList())
        {
            client.Received.Remove(question);
            var node = question.Child("query", Namespaces.DiscoInfo)!.Attr("node")!;
            client.Send($"<iq type='result' id='{question.Attr("id")}' to='{question.Attr("from")}'>{Features(nodes, node)}</iq>");
        }
    }

    protected static IEnumerable<XmlElement> Questions(BenchClient client) =>
        client.Received.Where(e => e.Name == "iq" && e.Attr("type") == "get" && e.Child("query", Namespaces.DiscoInfo) is not null);

    private static string Version(string[] nodes)
    {
        var text = "client/phone//<" + string.Concat(nodes.Select(n => n + "+notify").Order(StringComparer.Ordinal).Select(f => f + "<"));
#pragma warning disable CA5350 // What the specification says.
        return Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }
}

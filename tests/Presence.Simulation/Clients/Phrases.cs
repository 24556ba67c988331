using System.Text;
using Presence.Protocol.Stanzas;

namespace Presence.Simulation.Clients;

/// <summary>The stanzas that simulated clients say. The number of a message stands between <c>#</c> signs, where checks look for it.</summary>
internal static class Phrases
{
    public const string PushService = "push.example.net";

    public static string Message(SimMessage m) => m.Sort switch
    {
        MessageSort.Chat => $"""<message to="{m.To}" type="chat" id="m{m.Id}"><body>#{m.Id}#</body></message>""",
        MessageSort.Receipt => $"""<message to="{m.To}" type="chat"><received xmlns="urn:xmpp:receipts" id="#{m.Id}#"/></message>""",
        MessageSort.Headline => $"""<message to="{m.To}" type="headline"><body>#{m.Id}#</body></message>""",
        _ => $"""<message to="{m.To}" type="chat" id="#{m.Id}#"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>""",
    };

    public static string Available(int priority) => priority == 0 ? "<presence/>" : $"<presence><priority>{priority}</priority></presence>";

    public static string Unavailable => """<presence type="unavailable"/>""";

    public static string EnableCarbons => """<iq type="set" id="c"><enable xmlns="urn:xmpp:carbons:2"/></iq>""";

    public static string EnablePush(string node, bool hold) => $"""
        <iq type="set" id="p"><enable xmlns="urn:xmpp:push:0" jid="{PushService}" node="{node}">{(hold ? Hold : "")}</enable></iq>
        """;

    public static string AskArchive(string? after) => $"""
        <iq type="set" id="a"><query xmlns="urn:xmpp:mam:2"><set xmlns="http://jabber.org/protocol/rsm"><max>8</max>{(after is null ? "" : $"<after>{after}</after>")}</set></query></iq>
        """;

    public static string AskRoster => """<iq type="get" id="r"><query xmlns="jabber:iq:roster"/></iq>""";

    public static string NameContact(string jid, string name) => $"""<iq type="set" id="n"><query xmlns="jabber:iq:roster"><item jid="{jid}" name="{name}"/></query></iq>""";

    /// <summary>Sets or asks for the number that a device keeps.</summary>
    public static string Private(string type, string id, string device, int number) => $"""
        <iq type="{type}" id="{id}"><query xmlns="jabber:iq:private"><kept xmlns="sim:{device}">{(type == "set" ? number : "")}</kept></query></iq>
        """;

    /// <summary>The name of that document in the store.</summary>
    public static string PrivateName(string device) => $"kept sim:{device}";

    public static string Subscription(string type, string jid) => $"""<presence type="{type}" to="{jid}"/>""";

    public static Stanza Parse(string xml) =>
        Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza) ? stanza : throw new InvalidOperationException($"not a stanza: {xml}");

    private const string Hold = """
        <x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE"><value>urn:presence:push:0</value></field><field var="hold"><value>true</value></field></x>
        """;
}

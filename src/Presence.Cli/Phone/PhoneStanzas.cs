using Presence.Protocol.Xml;

namespace Presence.Cli.Phone;

/// <summary>The few elements that a played phone sends. It only builds bytes.</summary>
internal static class PhoneStanzas
{
    /// <summary>Whatever is left open is closed.</summary>
    public static byte[] Build(Action<Utf8XmlBuilder> content)
    {
        using var builder = new Utf8XmlBuilder();
        content(builder);
        return builder.CloseAll().ToArray();
    }

    /// <summary>A request that sets something.</summary>
    public static byte[] Iq(string id, Action<Utf8XmlBuilder> payload) => Build(b =>
    {
        b.Open("iq").Attr("type", "set").Attr("id", id);
        payload(b);
    });

    public static byte[] Subscription(string to, string type) => Build(b => b.Open("presence").Attr("type", type).Attr("to", to));

    /// <summary>A phone that is only played can do nothing but answer a ping (XEP-0199).</summary>
    public static byte[] AnswerTo(XmlElement request) => Build(b =>
    {
        var isPing = request.Child("ping", Namespaces.Ping) is not null;
        b.Open("iq").Attr("type", isPing ? "result" : "error").Attr("id", request.Attr("id")).Attr("to", request.Attr("from"));
        if (!isPing)
        {
            b.Open("error").Attr("type", "cancel").Empty("service-unavailable", Namespaces.StanzaErrors);
        }
    });

    public static string Bare(string jid) => jid.Split('/')[0];
}

using System.Globalization;
using Presence.Actors.Tests.Iq;
using Presence.Protocol.Xml;
using Presence.Tests.Shared;

namespace Presence.Actors.Tests.Archive;

/// <summary>What a client sees of its archive: one query, its results and its end. Never asserts.</summary>
public abstract class ArchiveScene(SessionOptions? options = null) : Scene(options)
{
    /// <summary>One page as the client got it.</summary>
    /// <param name="Bodies">In the order they came.</param>
    /// <param name="Index">Of the first row, or null.</param>
    protected sealed record Page(
        IReadOnlyList<string> Ids, IReadOnlyList<string> Bodies, bool Complete, string? First, string? Last, int? Index, int Count, IReadOnlyList<XmlElement> Results);

    protected static string Form(params (string Name, string Value)[] fields) =>
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:mam:2</value></field>" +
        string.Concat(fields.GroupBy(f => f.Name).Select(g => $"<field var='{g.Key}'>{string.Concat(g.Select(f => $"<value>{f.Value}</value>"))}</field>")) + "</x>";

    protected static string Set(int? max = null, string? after = null, string? before = null) =>
        "<set xmlns='http://jabber.org/protocol/rsm'>" + (max is null ? "" : $"<max>{max}</max>") + (after is null ? "" : $"<after>{after}</after>") +
        (before is null ? "" : $"<before>{before}</before>") + "</set>";

    protected static string Query(string content = "", string? queryId = "f27") =>
        $"<query xmlns='urn:xmpp:mam:2'{(queryId is null ? "" : $" queryid='{queryId}'")}>{content}</query>";

    protected static Page Ask(BenchClient client, string content = "", string? queryId = "f27")
    {
        var before = client.Received.Count;
        var answer = client.Ask(Request(Query(content, queryId), type: "set"));
        var results = client.Received.Skip(before).TakeWhile(e => e != answer).ToList();
        var fin = answer.Child("fin", Namespaces.Mam) ?? throw new InvalidOperationException($"not a page: {answer}");
        var set = fin.Child("set", Namespaces.Rsm)!;
        return new Page(
            results.ConvertAll(r => r.Child("result", Namespaces.Mam)!.Attr("id")!), results.ConvertAll(r => Inner(r).Child("body")?.Text ?? ""), fin.Attr("complete") == "true",
            set.Child("first")?.Text, set.Child("last")?.Text,
            set.Child("first")?.Attr("index") is { } index ? int.Parse(index, CultureInfo.InvariantCulture) : null,
            int.Parse(set.Child("count")!.Text, CultureInfo.InvariantCulture), results);
    }

    protected static string Refused(BenchClient client, string content) => Asked(client, Query(content), type: "set");

    protected static XmlElement Forwarded(XmlElement result) => result.Child("result", Namespaces.Mam)!.Child("forwarded", Namespaces.Forward)!;

    protected static XmlElement Inner(XmlElement result) => Forwarded(result).Child("message", Namespaces.Client)!;

    /// <summary>Sends a message and lets a millisecond pass.</summary>
    protected void Say(BenchClient from, string to, string body)
    {
        from.Send($"<message type='chat' to='{to}'><body>{body}</body></message>");
        Bench.Advance(TimeSpan.FromMilliseconds(1));
    }

    protected string Time(TimeSpan ago = default) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Bench.Now).Subtract(ago).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

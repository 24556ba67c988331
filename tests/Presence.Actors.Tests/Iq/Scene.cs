using Presence.Actors.Users;
using Presence.Protocol.Xml;
using Presence.Tests.Shared;

namespace Presence.Actors.Tests.Iq;

/// <summary>Alice, Bob and Carol on one bench, and short words for what an answer says. Sets scenes; never asserts.</summary>
public abstract class Scene
{
    protected const string Alice = "alice@example.org";
    protected const string Bob = "bob@example.org";
    protected const string Carol = "carol@example.org";
    protected const string Nobody = "nobody@example.org";
    protected const string Domain = "example.org";
    protected const string Ping = "<ping xmlns='urn:xmpp:ping'/>";

    /// <param name="components">Domains of external components.</param>
    protected Scene(SessionOptions? options = null, ServiceOptions? services = null, IReadOnlyList<string>? components = null)
    {
        Bench = new ExecutorBench(options, services: services, components: components);
        foreach (var jid in new[] { Alice, Bob, Carol })
        {
            Bench.AddUser(jid);
        }
    }

    protected ExecutorBench Bench { get; }

    /// <summary>A resumable session, not available.</summary>
    protected BenchClient Connect(string jid, string resource) => Bench.Connect(jid, resource).Enable();

    /// <summary>A resumable, available session.</summary>
    protected BenchClient LogIn(string jid, string resource)
    {
        var client = Connect(jid, resource);
        client.Send("<presence/>");
        return client;
    }

    protected SessionState Session(BenchClient client) => Bench.User(client.Account.ToString()).SessionOf(client.FullJid!.Resource!)!;

    /// <summary>Both see each other; what they received on the way is forgotten.</summary>
    protected static void Befriend(BenchClient one, BenchClient other)
    {
        foreach (var (watcher, watched) in new[] { (one, other), (other, one) })
        {
            watcher.Send($"<presence type='subscribe' to='{watched.Account}'/>");
            watched.Send($"<presence type='subscribed' to='{watcher.Account}'/>");
        }

        one.Received.Clear();
        other.Received.Clear();
    }

    protected static string Request(string payload, string? to = null, string type = "get", string id = "q") =>
        $"<iq type='{type}' id='{id}'{(to is null ? "" : $" to='{to}'")}>{payload}</iq>";

    /// <summary>"result", or type and condition of the error.</summary>
    protected static string Outcome(XmlElement answer)
    {
        if (answer.Attr("type") != "error")
        {
            return answer.Attr("type")!;
        }

        var error = answer.Child("error")!;
        return $"{error.Attr("type")} {error.Children.First(c => c.Namespace == Namespaces.StanzaErrors && c.Name != "text").Name}";
    }

    protected static string Asked(BenchClient client, string payload, string? to = null, string type = "get") =>
        Outcome(client.Ask(Request(payload, to, type)));
}

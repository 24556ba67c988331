using System.Collections.Frozen;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Actors.Users.Eventing;

/// <summary>
/// Which nodes a client wants to be told of (XEP-0060 §9.2): it says so in its capabilities, whose meaning the server asks of it once, unless somebody else's
/// client has explained the same before. A client that does not answer is told nothing; it is not asked again for the same.
/// </summary>
internal static class Interests
{
    /// <summary>Nodes one client may name, and characters in one name; the rest is ignored.</summary>
    private const int MaxNodes = 100, MaxLength = 256;

    private const string Suffix = "+notify";

    /// <summary>The client's available presence has been taken.</summary>
    /// <param name="initial">It was not available before.</param>
    public static void Said(SessionState session, Stanza presence, bool initial, Turn turn)
    {
        // One that says nothing of them has the ones it had (XEP-0115 §8.4 lets them be left out where nothing changed).
        var said = CapsSaid.Of(presence) ?? session.Caps;
        if (said is null || (said == session.Caps && !(initial && session.Interests is not null)))
        {
            return;
        }

        if (said == session.Caps)
        {
            Tell(session, session.Interests!, turn);
            return;
        }

        session.Caps = turn.Capabilities.Shared(said);
        if (turn.Capabilities.Find(said) is { } nodes)
        {
            session.CapsQuestion = null;
            Learned(session, nodes, initial, turn);
        }
        else
        {
            Ask(session, said, turn);
        }
    }

    /// <summary>The client is back after a crash or after it had to be forgotten, or has missed what contacts said: it is told what may have changed.</summary>
    public static void Restored(SessionState session, Turn turn)
    {
        if (session.Interests is { } nodes)
        {
            LastItems.AskContacts(session, nodes, onlineOnly: true, turn);
        }
        else if (session.Presence is { } own && Stanza.TryParseStamped(own, out var presence))
        {
            Said(session, presence, initial: true, turn);
        }
    }

    /// <summary>A result or an error to the account: perhaps the answer to what was asked.</summary>
    public static void Answered(SessionState session, Stanza iq, Turn turn)
    {
        if (session.CapsQuestion is not { } question || iq.Id != question || session.Caps is not { } said)
        {
            return;
        }

        session.CapsQuestion = null;
        var query = iq.Type == StanzaType.Result && XmlElement.TryParse(iq.Bytes, out var answer, limits: turn.Environment.TreeLimits)
            ? answer.Child("query", Namespaces.DiscoInfo)
            : null;
        var nodes = query is null ? [] : NodesOf(query);
        if (query is not null && CapsVerification.Holds(query, said))
        {
            turn.Capabilities.Learn(said, nodes);
        }

        // Not verified, it still is what this client says of itself.
        Learned(session, nodes, initial: false, turn);
    }

    private static FrozenSet<string> NodesOf(XmlElement query) => query.Children
        .Where(c => c.Name == "feature" && c.Namespace == query.Namespace)
        .Select(c => c.Attr("var") ?? "")
        .Where(f => f.Length is > 7 and <= MaxLength && f.EndsWith(Suffix, StringComparison.Ordinal))
        .Select(f => f[..^Suffix.Length])
        .Take(MaxNodes).ToFrozenSet();

    private static void Learned(SessionState session, FrozenSet<string> nodes, bool initial, Turn turn)
    {
        var before = initial ? null : session.Interests;
        session.Interests = nodes;
        if (session.Available)
        {
            Tell(session, before is { Count: > 0 } ? nodes.Except(before).ToFrozenSet() : nodes, turn);
        }

        session.InterestsLost = false;
    }

    private static void Tell(SessionState session, FrozenSet<string> nodes, Turn turn)
    {
        if (nodes.Count > 0)
        {
            // A client that was there all the time lacks only what somebody published since; who has no client has not.
            LastItems.ToOwn(session, nodes, turn);
            LastItems.AskContacts(session, nodes, onlineOnly: session.InterestsLost, turn);
        }
    }

    private static void Ask(SessionState session, CapsSaid said, Turn turn)
    {
        session.CapsQuestion = $"caps-{NodeWriting.RandomId(turn)}";
        using var xml = new Utf8XmlBuilder();
        xml.Open("iq").Attr("from", turn.User.Jid.ToString()).Attr("to", session.FullJid.ToString()).Attr("id", session.CapsQuestion).Attr("type", "get")
            .Open("query", Namespaces.DiscoInfo).Attr("node", said.DiscoNode).CloseAll();
        Outbound.Ephemeral(session, new OutboundStanza(0, xml.ToArray(), default, default), turn);
    }
}

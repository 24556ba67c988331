using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Notes which client of a user is in a call, from the messages that set calls up and end them (XEP-0353). In memory only: a call forgotten in a crash
/// costs a push that comes late. It must never hold back or change a message.
/// </summary>
public static class CallTracking
{
    /// <summary>A call whose end nobody told (older clients do not) stops counting after this long, in milliseconds.</summary>
    private const long LongestCall = 4 * 3600 * 1000;

    public static bool InCall(SessionState session, long now) => session.CallId is not null && now - session.CallSince < LongestCall;

    /// <summary>A client takes, refuses or ends a call. Taking and refusing is something its user does (sessions.md 5.3).</summary>
    public static void Sent(SessionState session, Stanza stanza, Turn turn)
    {
        var (step, id) = StepOf(stanza);
        if (step is "proceed" or "accept" or "reject")
        {
            session.LastInteraction = turn.Now;
        }

        Apply(step, id, session, turn);
    }

    /// <summary>The other side takes a call that <paramref name="session"/> proposed, or ends one.</summary>
    /// <param name="session">The client addressed, or null.</param>
    public static void Received(SessionState? session, Stanza stanza, Turn turn)
    {
        var (step, id) = StepOf(stanza);
        Apply(step == "accept" ? null : step, id, session, turn);
    }

    private static void Apply(string? step, string? id, SessionState? session, Turn turn)
    {
        switch (step)
        {
            case "proceed" or "accept" when session is not null && id is not null:
                (session.CallId, session.CallSince) = (id, turn.Now);
                break;
            case "finish" or "reject" or "retract":
                foreach (var one in turn.User.Sessions)
                {
                    one.CallId = one.CallId == id ? null : one.CallId;
                }

                break;
        }
    }

    private static (string? Step, string? Id) StepOf(Stanza stanza)
    {
        if (!stanza.Has(PayloadFlags.JingleOther))
        {
            return default;
        }

        foreach (ref readonly var child in stanza.Children)
        {
            if (child.Namespace is Namespaces.JingleMessage0 or Namespaces.JingleMessage1)
            {
                var tree = stanza.ToElement().Child(child.Name, child.Namespace);
                return (child.Name, tree?.Attr("id"));
            }
        }

        return default;
    }
}

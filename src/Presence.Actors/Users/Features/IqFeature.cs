using System.Diagnostics.CodeAnalysis;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Where an IQ goes (RFC 6120 §8.2.3, RFC 6121 §8.5): to the account, to the server, or in memory to a session of some user. What is asked is
/// the business of the features in <see cref="IqTable"/>; whether an account exists must never show in what a stranger is answered.
/// </summary>
public static class IqFeature
{
    public static void FromClient(SessionState session, Stanza stanza, Turn turn)
    {
        var user = turn.User;
        if (Fault(stanza) is { } fault)
        {
            IqReply.Error(session, stanza, fault, turn);
        }
        else if (stanza.To is not { } to || to == user.Jid)
        {
            Here(session, stanza, IqTable.AccountRequests, turn);
        }
        else if (to == turn.Environment.Domain)
        {
            Here(session, stanza, IqTable.ServerRequests, turn);
        }
        else if (Refusal(to, turn) is { } refusal)
        {
            IqReply.Error(session, stanza, refusal, turn);
        }
        else if (IsRequest(stanza) || to.Resource is not null || turn.Environment.IsComponent(to))
        {
            // An answer has no business at an account: nothing of it ever asked. At a component anybody may have.
            IqReply.Send(to, session.FullJid, StanzaSplice.Stamp(stanza, session.FullJid, to), turn);
        }
    }

    /// <summary>An IQ from another user or another session of this one.</summary>
    public static void Received(EphemeralInput input, Turn turn)
    {
        var (user, stanza) = (turn.User, input.Stanza);
        if (user.IsBlocked(input.From))
        {
            // XEP-0191 §3.3: requests are refused, anything else is dropped.
            Refuse(stanza, input.From, input.To, StanzaErrorCondition.ServiceUnavailable, turn);
        }
        else if (input.To.Resource is not { } resource)
        {
            ForAccount(stanza, input.From, turn);
        }
        else if (!user.Exists || user.SessionOf(resource) is not { } session)
        {
            Refuse(stanza, input.From, input.To, StanzaErrorCondition.ServiceUnavailable, turn);
        }
        else if (!IsRequest(stanza))
        {
            Outbound.Ephemeral(session, Whole(stanza), turn);
        }
        else if (!session.Attached && turn.Now >= session.DetachedAt + (long)turn.Options.IqWait.TotalMilliseconds)
        {
            Refuse(stanza, input.From, input.To, StanzaErrorCondition.RecipientUnavailable, turn);
        }
        else
        {
            Outbound.Request(session, Whole(stanza), stanza.Bytes, input.From, turn);
        }
    }

    /// <summary>Sends an error back for a request; nothing for anything else.</summary>
    /// <param name="from">Who asked: a session of any user of this domain, or anybody at a component.</param>
    /// <param name="refuser">In whose name the error is.</param>
    public static void Refuse(Stanza request, Jid from, Jid refuser, StanzaErrorCondition condition, Turn turn) =>
        Refuse(request, from, refuser, new StanzaError(condition), turn);

    /// <inheritdoc cref="Refuse(Stanza, Jid, Jid, StanzaErrorCondition, Turn)"/>
    public static void Refuse(Stanza request, Jid from, Jid refuser, StanzaError error, Turn turn)
    {
        var mayAsk = from is { Local: not null, Resource: not null } || turn.Environment.IsComponent(from);
        if (IsRequest(request) && mayAsk && error.Reply(request, from, refuser) is { } reply)
        {
            IqReply.Send(from, refuser, reply, turn);
        }
    }

    private static bool IsRequest(Stanza stanza) => stanza.Type is StanzaType.Get or StanzaType.Set;

    /// <summary>RFC 6120 §8.2.3: rules every IQ has to keep, and §8.1.1.1 for the address.</summary>
    internal static StanzaError? Fault(Stanza stanza)
    {
        if (stanza.ToMalformed)
        {
            return new StanzaError(StanzaErrorCondition.JidMalformed);
        }

        if (stanza.Type == StanzaType.Invalid)
        {
            return Bad("the type is not get, set, result or error");
        }

        if (stanza.Id is null)
        {
            return Bad("the id is missing");
        }

        return IsRequest(stanza) && stanza.Children.Length != 1 ? Bad("a request has exactly one child element") : null;
    }

    private static StanzaError? Refusal(Jid to, Turn turn)
    {
        if (!turn.Environment.IsReachable(to))
        {
            return new StanzaError(StanzaErrorCondition.RemoteServerNotFound);
        }

        if (turn.User.IsBlocked(to))
        {
            return Blocked();
        }

        // The server has no resources.
        return !turn.Environment.IsSomebody(to) ? new StanzaError(StanzaErrorCondition.ServiceUnavailable) : null;
    }

    /// <summary>XEP-0191 §3.3: the way out is closed too.</summary>
    private static StanzaError Blocked() => new(StanzaErrorCondition.NotAcceptable, StanzaErrorType.Cancel)
    {
        Application = new XmlElement("blocked", Namespaces.BlockingErrors),
    };

    private static StanzaError Bad(string text) => new(StanzaErrorCondition.BadRequest) { Text = text };

    /// <summary>A request of this user's own account or of the server; an answer may be one to what the account had asked.</summary>
    private static void Here(SessionState session, Stanza stanza, IqTable.Requests requests, Turn turn)
    {
        if (!IsRequest(stanza))
        {
            Eventing.Interests.Answered(session, stanza, turn);
            return;
        }

        if (!TryPayload(stanza, turn, out var payload))
        {
            IqReply.Error(session, stanza, StanzaErrorCondition.PolicyViolation, turn);
        }
        else if (requests.Find(payload, stanza.Type) is { } handler)
        {
            handler(session, stanza, payload, turn);
        }
        else
        {
            // Known, but not so: RFC 6120 §8.3.3.3. Unknown: RFC 6121 §8.5.
            var condition = requests.Knows(payload.Namespace) ? StanzaErrorCondition.FeatureNotImplemented : StanzaErrorCondition.ServiceUnavailable;
            IqReply.Error(session, stanza, condition, turn);
        }
    }

    /// <summary>
    /// A request of somebody else to the account itself: what is not in the table is answered as if there were no such account. The account of the
    /// domain is the server; only components ask it so, its users' requests are answered by their owners.
    /// </summary>
    private static void ForAccount(Stanza stanza, Jid asker, Turn turn)
    {
        if (!IsRequest(stanza))
        {
            return;
        }

        var server = turn.User.Jid == turn.Environment.Domain;
        if (TryPayload(stanza, turn, out var payload)
            && (server ? IqTable.FindForComponents(payload, stanza.Type) : IqTable.FindForOthers(payload, stanza.Type)) is { } handler)
        {
            handler(stanza, asker, payload, turn);
        }
        else
        {
            Refuse(stanza, asker, turn.User.Jid, StanzaErrorCondition.ServiceUnavailable, turn);
        }
    }

    private static bool TryPayload(Stanza stanza, Turn turn, [NotNullWhen(true)] out XmlElement? payload)
    {
        payload = XmlElement.TryParse(stanza.Bytes, out var iq, limits: turn.Environment.TreeLimits) ? iq.Children.FirstOrDefault() : null;
        return payload is not null;
    }

    private static OutboundStanza Whole(Stanza stanza) => new(0, stanza.Bytes, default, default);
}

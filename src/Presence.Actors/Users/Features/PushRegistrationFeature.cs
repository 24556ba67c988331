using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Where a user's pushes go (XEP-0357 §5, §6): registrations made, moved and removed by its clients. When to push is not its business, and it
/// never talks to a push service.
/// </summary>
/// <remarks>
/// Besides the publish options of XEP-0357, which are kept as they came and passed on with every push, a client may send a form of our own with
/// FORM_TYPE <c>urn:presence:push:0</c>. Its field <c>hold</c> (boolean, default false) asks that nothing at all be sent to this session
/// while its client is inactive (sessions.md 3.1); <c>muted</c> (jid-multi, default empty) names the bare addresses whose messages and calls never
/// wake this device (5.2), and an enable with another list replaces it. A registration made with that form ends when the client logs out (sessions.md 2.8); one
/// without it stays until it is disabled. Both forms may stand in one request.
/// </remarks>
public static class PushRegistrationFeature
{
    /// <summary>FORM_TYPE of our own form.</summary>
    public const string OwnForm = "urn:presence:push:0";

    /// <summary>Registrations of one user; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxRegistrations = 10;

    /// <summary>Bytes of publish options kept; longer ones are refused with <c>policy-violation</c>.</summary>
    public const int MaxOptionsBytes = 4096;

    /// <summary>Bytes of a node in UTF-8, as for any part of an address; a longer one is refused with <c>policy-violation</c>.</summary>
    public const int MaxNodeBytes = 1023;

    /// <summary>Conversations one registration may mute; more are refused with <c>policy-violation</c>.</summary>
    public const int MaxMuted = 200;

    private const string PublishOptions = "http://jabber.org/protocol/pubsub#publish-options";
    private const string HoldField = "hold";
    private const string MutedField = "muted";

    public static void Enable(SessionState session, Stanza iq, XmlElement enable, Turn turn)
    {
        var asked = default(Forms);
        if ((ReadAddress(enable, out var service) ?? ReadForms(enable, out asked)) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        var (user, node) = (turn.User, enable.Attr("node") ?? "");
        var known = user.Registrations.Find(r => r.Service == service && r.Node == node);
        if (known is null && user.Registrations.Count >= MaxRegistrations)
        {
            IqReply.Error(session, iq, new StanzaError(StanzaErrorCondition.ResourceConstraint) { Text = $"at most {MaxRegistrations} registrations" }, turn);
            return;
        }

        // The answer goes first: once registered, a client that holds gets nothing while it is inactive.
        IqReply.Result(session, iq, turn);
        var silent = session.Silent;
        var decided = known is { DisabledReason: null } ? known.Pushed : user.LastId;
        turn.Emit(new PushRegistered(
            new PushRegistrationRow(user.UserId, service, node, session.No, asked.Options, asked.Hold, asked.Own, decided, null, asked.Muted)));
        if (node.Length > 0 && known is not null && known.SessionNo != session.No && user.SessionOf(known.SessionNo) is { } older)
        {
            // One device, one session (sessions.md 2.6). Without a node it is an address of the user, not of a device.
            SessionEnding.End(older, turn, EndReason.Replaced);
        }

        Settle(session, silent, turn);
    }

    /// <summary>§6: one registration, or without a node all of the service. That there is none is no error.</summary>
    public static void Disable(SessionState session, Stanza iq, XmlElement disable, Turn turn)
    {
        if (ReadAddress(disable, out var service) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        var (node, silent) = (disable.Attr("node"), session.Silent);
        foreach (var registration in turn.User.Registrations.FindAll(r => r.Service == service && (node is null || r.Node == node)))
        {
            PushFeature.Unregister(registration, turn);
        }

        IqReply.Result(session, iq, turn);
        Settle(session, silent, turn);
    }

    /// <summary>An inactive client begins or ceases to be silent with its registration, and shows it (sessions.md 3.2).</summary>
    private static void Settle(SessionState session, bool wasSilent, Turn turn)
    {
        if (session is { Silent: true, Available: true } && turn.Options.AwayWhenSuspended)
        {
            PresenceFeature.ShowAway(session, turn);
        }
        else if (wasSilent && !session.Silent)
        {
            PresenceFeature.Restore(session, turn);
        }

        SessionRows.Store(session, turn);
    }

    private static StanzaError? ReadAddress(XmlElement element, out string service)
    {
        service = "";
        if (element.Attr("jid") is not { } address)
        {
            return Bad("the address of the push service is missing");
        }

        if (!Jid.TryParse(address, out var jid))
        {
            return new StanzaError(StanzaErrorCondition.JidMalformed);
        }

        service = jid.ToString();
        return TooLong(Encoding.UTF8.GetByteCount(element.Attr("node") ?? ""), MaxNodeBytes, "node");
    }

    private static StanzaError? ReadForms(XmlElement enable, out Forms asked)
    {
        asked = default;
        foreach (var element in enable.Children.Where(c => c.Name == "x" && c.Namespace == Namespaces.DataForms))
        {
            if (!DataForm.TryRead(element, out var form))
            {
                return Bad("not a submitted form");
            }

            var error = form.Type switch
            {
                PublishOptions => ReadOptions(element, ref asked),
                OwnForm => ReadOwn(form, ref asked),
                _ => null,
            };
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private static StanzaError? ReadOptions(XmlElement element, ref Forms asked)
    {
        asked = asked with { Options = element.ToBytes() };
        return TooLong(asked.Options.Length, MaxOptionsBytes, "publish options");
    }

    private static StanzaError? ReadOwn(DataForm form, ref Forms asked)
    {
        asked = asked with { Own = true };
        foreach (var (name, values) in form.Fields)
        {
            var error = name switch
            {
                HoldField => ReadHold(values, ref asked),
                MutedField => ReadMuted(values, ref asked),
                _ => new StanzaError(StanzaErrorCondition.FeatureNotImplemented) { Text = $"unknown field {name}" },
            };
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private static StanzaError? ReadHold(IReadOnlyList<string> values, ref Forms asked)
    {
        if (!DataForm.TryBoolean(values, out var hold))
        {
            return Bad($"{HoldField} is not a boolean");
        }

        asked = asked with { Hold = hold };
        return null;
    }

    private static StanzaError? ReadMuted(IReadOnlyList<string> values, ref Forms asked)
    {
        if (values.Count > MaxMuted)
        {
            return new StanzaError(StanzaErrorCondition.PolicyViolation) { Text = $"at most {MaxMuted} conversations can be muted" };
        }

        var muted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (!Jid.TryParse(value, out var jid))
            {
                return new StanzaError(StanzaErrorCondition.JidMalformed);
            }

            muted.Add(jid.Bare.ToString());
        }

        asked = asked with { Muted = [.. muted] };
        return null;
    }

    private static StanzaError? TooLong(int bytes, int most, string what) =>
        bytes <= most ? null : new StanzaError(StanzaErrorCondition.PolicyViolation) { Text = $"the {what} may have {most} bytes" };

    private static StanzaError Bad(string text) => new(StanzaErrorCondition.BadRequest) { Text = text };

    private readonly record struct Forms(byte[]? Options, bool Own, bool Hold, IReadOnlyList<string>? Muted);
}

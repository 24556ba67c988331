using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>How a row is shown to one session.</summary>
public enum MessageForm : byte
{
    /// <summary>Not for this session.</summary>
    None,
    Plain,
    ReceivedCarbon,
    SentCarbon,
}

/// <summary>
/// Which session gets a row in which form (RFC 6121 §8.5, XEP-0280), and the bytes of it. A pure function of the row's facts and the session's,
/// so that the answer at a resume is the one at arrival.
/// </summary>
public static class MessageForms
{
    private static readonly byte[] s_messageEnd = "</message>"u8.ToArray();

    public static MessageForm Choose(MessageRef row, SessionState session)
    {
        if ((row.Flags & MessageFlags.Imported) != 0)
        {
            return MessageForm.None;
        }

        // What came before the session was bound is for it only if it waits offline; copies are of what happens while it lives.
        var old = row.Id <= session.Since;
        var carbon = !old && session.Carbons && (row.Flags & MessageFlags.CarbonEligible) != 0;
        if (old && (row.Flags & MessageFlags.Offline) == 0)
        {
            return MessageForm.None;
        }

        if ((row.Flags & MessageFlags.ToSelf) != 0)
        {
            return SelfMessage(row, session, carbon);
        }

        if ((row.Flags & MessageFlags.Outgoing) != 0)
        {
            return carbon && row.OriginSession != session.No ? MessageForm.SentCarbon : MessageForm.None;
        }

        // Old, to a resource that has gone: offline it waits for whoever comes (sessions.md 2.6, 2.9); Backlog looks whether it has gone.
        if ((row.Flags & MessageFlags.ToFullJid) != 0 && !(old && row.ToResource != session.Resource))
        {
            return row.ToResource == session.Resource ? MessageForm.Plain : carbon ? MessageForm.ReceivedCarbon : MessageForm.None;
        }

        return session.Available && session.Priority >= 0 ? MessageForm.Plain : carbon ? MessageForm.ReceivedCarbon : MessageForm.None;
    }

    /// <summary>
    /// The form of a row that has its number already. The session may have changed since, and be given it no more; what would not be its own message then
    /// remains a copy.
    /// </summary>
    public static MessageForm OfNumbered(MessageRef row, SessionState session)
    {
        var form = Choose(row, session);
        if (form != MessageForm.None)
        {
            return form;
        }

        var elsewhere = (row.Flags & MessageFlags.ToFullJid) != 0 && row.ToResource != session.Resource && row.Id > session.Since;
        return (row.Flags & MessageFlags.ToSelf) != 0 ? (elsewhere ? MessageForm.SentCarbon : MessageForm.Plain)
            : (row.Flags & MessageFlags.Outgoing) != 0 ? MessageForm.SentCarbon
            : elsewhere ? MessageForm.ReceivedCarbon : MessageForm.Plain;
    }

    public static MessageRef RefOf(MessageRow row) => new(row.Id, row.Peer, row.Flags, row.OriginSession, row.ToResource, row.Body.Length);

    /// <summary>The bytes for a client. Visible rows carry their stanza-id (XEP-0359); late ones a delay stamp (XEP-0203).</summary>
    public static OutboundStanza Render(MessageRow row, MessageForm form, Jid to, ActorEnvironment environment, bool delayed)
    {
        if ((row.Flags & MessageFlags.Verbatim) != 0)
        {
            return new OutboundStanza(0, row.Body, default, default);
        }

        var end = StanzaSplice.EndTagStart(row.Body);
        var extra = (row.Flags & MessageFlags.Visible) != 0 ? StanzaSplice.StanzaId(to.Bare, environment.StanzaIds.Encode(row.Id)) : [];
        var stamp = DateTimeOffset.FromUnixTimeMilliseconds(row.Id >> 20);
        if (form == MessageForm.Plain)
        {
            if (delayed)
            {
                extra = [.. extra, .. StanzaSplice.Delay(stamp, environment.Domain)];
            }

            return new OutboundStanza(0, row.Body.AsMemory(0, end), extra, s_messageEnd);
        }

        var inner = extra.Length == 0 ? row.Body : StanzaSplice.Append(row.Body, extra);
        var forwarded = StanzaSplice.Forwarded(inner, delayed ? stamp : null);
        using var xml = new Utf8XmlBuilder(forwarded.Length + 256);
        xml.Open("message").Attr("from", to.Bare.ToString()).Attr("to", to.ToString()).Attr("type", TypeOf(row.Flags))
            .Open(form == MessageForm.SentCarbon ? "sent" : "received", Namespaces.Carbons).Raw(forwarded).Close().Close();
        return new OutboundStanza(0, xml.ToArray(), default, default);
    }

    /// <summary>Takes the place of a row that was deleted after it had been numbered.</summary>
    public static OutboundStanza Placeholder(Jid to, Jid domain)
    {
        using var xml = new Utf8XmlBuilder();
        xml.Open("message").Attr("from", domain.ToString()).Attr("to", to.ToString()).Attr("type", "headline").Close();
        return new OutboundStanza(0, xml.ToArray(), default, default);
    }

    private static MessageForm SelfMessage(MessageRef row, SessionState session, bool carbon)
    {
        if ((row.Flags & MessageFlags.ToFullJid) != 0 && row.ToResource == session.Resource)
        {
            return MessageForm.Plain;
        }

        if (row.OriginSession == session.No)
        {
            // A note to oneself is for the other devices: the one that wrote it has it (sessions.md 4.2).
            return MessageForm.None;
        }

        var bare = (row.Flags & MessageFlags.ToFullJid) == 0 || row.Id <= session.Since;
        return bare && session.Available && session.Priority >= 0 ? MessageForm.Plain
            : carbon ? MessageForm.SentCarbon : MessageForm.None;
    }

    /// <summary>XEP-0280 §7, §8: a copy keeps the type. Groupchat and headlines are not copied.</summary>
    private static string TypeOf(MessageFlags flags) => (flags & MessageFlags.Error) != 0 ? "error" : (flags & MessageFlags.Normal) != 0 ? "normal" : "chat";
}

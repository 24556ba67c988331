using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The message archive as its owner sees it (XEP-0313, <c>urn:xmpp:mam:2</c> with its extended features). It reads only, and answers in memory:
/// what an owner's death takes away, the client asks for again.
/// </summary>
public static class ArchiveFeature
{
    /// <summary>Queries of one session that may be under way; one more is refused with <c>resource-constraint</c>.</summary>
    public const int MaxReads = 8;

    /// <summary>Bytes of bodies in one page; what is left over is the next page's.</summary>
    public const int MaxPageBytes = 512 * 1024;

    /// <summary>XEP-0122.</summary>
    private const string FormValidation = "http://jabber.org/protocol/xdata-validate";

    /// <summary>§4: a page of the archive.</summary>
    public static void Query(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        if (ArchiveQueryForm.Read(query, turn.Environment.StanzaIds, out var form) is { } error)
        {
            IqReply.Error(session, iq, error, turn);
            return;
        }

        var (user, no, snapshot, bytes) = (turn.User.UserId, session.No, turn.User.LastId, Math.Min(MaxPageBytes, turn.Options.MaxQueuedBytes / 32));
        if (MayRead(session, iq, turn))
        {
            turn.Read(
                store => new ArchiveInput(user, no, iq, form, ArchiveReading.Page(store, user, form, snapshot, bytes)) { Snapshot = snapshot },
                () => new ArchiveInput(user, no, iq, form, null));
        }
    }

    /// <summary>§5: where the archive begins and ends.</summary>
    public static void Metadata(SessionState session, Stanza iq, XmlElement query, Turn turn)
    {
        var (user, no, snapshot) = (turn.User.UserId, session.No, turn.User.LastId);
        if (MayRead(session, iq, turn))
        {
            turn.Read(
                store => new ArchiveInput(user, no, iq, null, ArchiveReading.Ends(store, user, snapshot)),
                () => new ArchiveInput(user, no, iq, null, null));
        }
    }

    /// <summary>§4.1.5: the fields a query may use.</summary>
    public static void Form(SessionState session, Stanza iq, XmlElement query, Turn turn) => IqReply.Result(session, iq, turn, xml =>
    {
        xml.Open("query", Namespaces.Mam).Open("x", Namespaces.DataForms).Attr("type", "form");
        xml.Open("field").Attr("type", "hidden").Attr("var", "FORM_TYPE").Open("value").Text(Namespaces.Mam).Close().Close();
        xml.Open("field").Attr("type", "jid-single").Attr("var", "with").Close();
        foreach (var name in (string[])["start", "end", "before-id", "after-id"])
        {
            xml.Open("field").Attr("type", "text-single").Attr("var", name).Close();
        }

        xml.Open("field").Attr("type", "list-multi").Attr("var", "ids")
            .Open("validate", FormValidation).Attr("datatype", "xs:string").Empty("open").Close().Close();
        xml.Close().Close();
    });

    /// <summary>The store answered. The session may have been resumed elsewhere meanwhile, or wait without socket; the answer is still its.</summary>
    public static void Answer(ArchiveInput input, Turn turn)
    {
        if (turn.User.SessionOf(input.SessionNo) is not { } session)
        {
            return;
        }

        session.ArchiveReads = Math.Max(0, session.ArchiveReads - 1);
        switch (input)
        {
            case { Page: null }:
                IqReply.Error(session, input.Request, new StanzaError(StanzaErrorCondition.InternalServerError, StanzaErrorType.Wait), turn);
                break;
            case { Page.UnknownId: true }:
                IqReply.Error(session, input.Request, StanzaErrorCondition.ItemNotFound, turn);
                break;
            case { Page: { } ends, Query: null }:
                IqReply.Result(session, input.Request, turn, xml => WriteEnds(xml, ends.Rows, turn));
                break;
            case { Page: { } page, Query: { } form }:
                // A client that can ask catches up by asking (sessions.md 4.3); one that was refused has not been shown anything.
                session.ArchiveReach = Math.Max(session.ArchiveReach, input.Snapshot);
                foreach (var row in form.Flipped ? page.Rows.Reverse() : page.Rows)
                {
                    Outbound.Ephemeral(session, Result(row, form, session, turn), turn, shows: row.Id);
                }

                IqReply.Result(session, input.Request, turn, xml => WriteEnd(xml, page, turn));
                break;
        }
    }

    /// <summary>A client that reads faster than it acknowledges would lose its session to the queue limit; it is told to wait first.</summary>
    private static bool MayRead(SessionState session, Stanza iq, Turn turn)
    {
        var waiting = (session.Unacked?.Count ?? 0) + (session.Waiting?.Count ?? 0);
        var bytes = (long)session.UnackedBytes + session.WaitingBytes;
        if (session.ArchiveReads >= MaxReads || waiting > turn.Options.MaxQueuedStanzas / 2 || bytes > turn.Options.MaxQueuedBytes / 2)
        {
            IqReply.Error(session, iq, StanzaErrorCondition.ResourceConstraint, turn);
            return false;
        }

        session.ArchiveReads++;
        return true;
    }

    private static OutboundStanza Result(MessageRow row, ArchiveQueryForm form, SessionState session, Turn turn)
    {
        var (account, id) = (turn.User.Jid, turn.Environment.StanzaIds.Encode(row.Id));
        var stamp = DateTimeOffset.FromUnixTimeMilliseconds(row.Id >> 20);
        var forwarded = StanzaSplice.Forwarded(StanzaSplice.Append(row.Body, StanzaSplice.StanzaId(account, id)), stamp);
        using var xml = new Utf8XmlBuilder(forwarded.Length + 256);
        xml.Open("message").Attr("from", account.ToString()).Attr("to", session.FullJid.ToString())
            .Open("result", Namespaces.Mam).Attr("queryid", form.QueryId).Attr("id", id).Raw(forwarded).CloseAll();
        return new OutboundStanza(0, xml.ToArray(), default, default);
    }

    private static void WriteEnd(Utf8XmlBuilder xml, ArchivePage page, Turn turn)
    {
        xml.Open("fin", Namespaces.Mam).Attr("complete", page.Complete ? "true" : null).Open("set", Namespaces.Rsm);
        if (page.Rows.Count > 0)
        {
            var ids = turn.Environment.StanzaIds;
            xml.Open("first").Attr("index", page.FirstIndex).Text(ids.Encode(page.Rows[0].Id)).Close();
            xml.Open("last").Text(ids.Encode(page.Rows[^1].Id)).Close();
        }

        xml.Open("count").Text(page.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)).Close().Close().Close();
    }

    private static void WriteEnds(Utf8XmlBuilder xml, IReadOnlyList<MessageRow> rows, Turn turn)
    {
        xml.Open("metadata", Namespaces.Mam);
        if (rows.Count > 0)
        {
            WriteEnd(xml, "start", rows[0].Id, turn);
            WriteEnd(xml, "end", rows[^1].Id, turn);
        }

        xml.Close();
    }

    private static void WriteEnd(Utf8XmlBuilder xml, string name, long id, Turn turn) =>
        xml.Open(name).Attr("id", turn.Environment.StanzaIds.Encode(id)).Attr("timestamp", DateTimeProfile.Format(id >> 20)).Close();
}

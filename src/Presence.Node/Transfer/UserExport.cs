using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Node.Transfer;

/// <summary>
/// Accounts with all they have as one document of XEP-0227 1.1, in pieces of about a megabyte: one page of one user's messages is in memory at a time. It reads what is
/// committed while owners go on; of each user it holds what was there when that user's turn came. Sessions and push registrations are not in it: no other server
/// could go on with them, and clients make them anew.
/// </summary>
internal sealed class UserExport(IUserReads store)
{
    private const string Pie = "urn:xmpp:pie:0";
    private const int AccountsPerPage = 1_000;
    private const int MessagesPerPage = 500;
    private const int BytesPerPiece = 1024 * 1024;

    private readonly StanzaIds _ids = new(store.Secret);

    /// <summary>The document of one account, of which it is known that it exists.</summary>
    public IEnumerable<byte[]> One(Jid jid) => Document([jid.ToString()]);

    /// <summary>The document of all accounts, in the order of their addresses.</summary>
    public IEnumerable<byte[]> All() => Document(Accounts());

    private IEnumerable<string> Accounts()
    {
        var page = store.ListAccounts(null, AccountsPerPage);
        while (page.Count > 0)
        {
            foreach (var jid in page)
            {
                yield return jid;
            }

            page = store.ListAccounts(page[^1], AccountsPerPage);
        }
    }

    private IEnumerable<byte[]> Document(IEnumerable<string> accounts)
    {
        using var xml = new Utf8XmlBuilder(BytesPerPiece / 4);
        xml.Raw("<?xml version='1.0' encoding='UTF-8'?>\n"u8).Open("server-data", Pie).EndTag();
        string? host = null;
        foreach (var account in accounts)
        {
            var jid = Jid.Parse(account);
            if (store.FindAccount(account) is not { } id || store.LoadUser(id, 0) is not { } user)
            {
                // Removed since it was listed.
                continue;
            }

            if (host != jid.Domain)
            {
                xml.Raw(host is null ? "\n"u8 : "\n</host>\n"u8).Open("host").Attr("jid", host = jid.Domain).EndTag();
            }

            xml.Raw("\n"u8).Open("user").Attr("name", jid.Local).EndTag();
            Head(xml, user);
            foreach (var piece in Messages(xml, user))
            {
                yield return piece;
            }

            xml.Raw("\n</user>"u8);
            if (xml.Length >= BytesPerPiece)
            {
                yield return Taken(xml);
            }
        }

        yield return Taken(xml.Raw(host is null ? ""u8 : "\n</host>"u8).Raw("\n</server-data>\n"u8));
    }

    private void Head(Utf8XmlBuilder xml, UserRows user)
    {
        var keys = user.Account.Credentials;
        Credentials(xml, "SCRAM-SHA-1", keys, keys.StoredKeySha1, keys.ServerKeySha1);
        Credentials(xml, "SCRAM-SHA-256", keys, keys.StoredKeySha256, keys.ServerKeySha256);
        PortableRoster.Write(xml, user);
        Documents(xml, user);
        PortableNodes.Write(xml, user, store);
        if (user.Account.Archive is { } archive)
        {
            Preferences(xml, archive);
        }
    }

    private static void Credentials(Utf8XmlBuilder xml, string mechanism, CredentialRow keys, byte[] stored, byte[] server)
    {
        if (stored.Length > 0)
        {
            xml.Raw("\n"u8).Open("scram-credentials", Pie + "#scram").Attr("mechanism", mechanism)
                .Open("iter-count").Text(keys.Iterations.ToString(System.Globalization.CultureInfo.InvariantCulture)).Close()
                .Open("salt").Text(Convert.ToBase64String(keys.Salt)).Close()
                .Open("server-key").Text(Convert.ToBase64String(server)).Close()
                .Open("stored-key").Text(Convert.ToBase64String(stored)).Close()
                .Close();
        }
    }

    // XEP-0227 has no place for them, but lets elements of other namespaces stand anywhere (§4).
    private static void Preferences(Utf8XmlBuilder xml, ArchivePreferences archive)
    {
        xml.Raw("\n"u8).Open("prefs", Namespaces.Mam).Attr("default", archive.Default.ToString().ToLowerInvariant());
        foreach (var (list, jids) in new[] { ("always", archive.Always), ("never", archive.Never) })
        {
            xml.Open(list);
            foreach (var jid in jids)
            {
                xml.Open("jid").Text(jid).Close();
            }

            xml.Close();
        }

        xml.Close();
    }

    private void Documents(Utf8XmlBuilder xml, UserRows user)
    {
        var isOpen = false;
        foreach (var reference in user.Documents.Where(d => d.Kind is DocumentKind.Private or DocumentKind.VCard))
        {
            if (store.ReadDocument(user.Account.UserId, reference.Kind, reference.Name) is not { } document)
            {
                continue;
            }

            if (document.Kind == DocumentKind.Private && !isOpen)
            {
                xml.Raw("\n"u8).Open("query", Namespaces.PrivateStorage);
                isOpen = true;
            }
            else if (document.Kind != DocumentKind.Private && isOpen)
            {
                xml.Close();
                isOpen = false;
            }

            xml.Raw("\n"u8).Raw(document.Body);
        }

        if (isOpen)
        {
            xml.Close();
        }
    }

    private IEnumerable<byte[]> Messages(Utf8XmlBuilder xml, UserRows user)
    {
        var (id, last) = (user.Account.UserId, user.Account.LastId);
        xml.Raw("\n"u8).Open("archive", Pie + "#mam").EndTag();
        foreach (var piece in Rows(xml, user, after => store.ReadVisible(id, after, MessagesPerPage), 0, last, Archived))
        {
            yield return piece;
        }

        xml.Raw("\n</archive>\n"u8).Open("offline-messages").EndTag();
        foreach (var piece in Rows(xml, user, after => store.ReadOffline(id, after, MessagesPerPage), user.Account.DeliveredAny, last, Unread))
        {
            yield return piece;
        }

        xml.Raw("\n</offline-messages>"u8);
    }

    /// <param name="last">What came after the export of this user began would never end on a busy account.</param>
    private IEnumerable<byte[]> Rows(
        Utf8XmlBuilder xml, UserRows user, Func<long, IReadOnlyList<MessageRef>> page, long after, long last, Action<Utf8XmlBuilder, UserRows, MessageRow> write)
    {
        for (var found = page(after); found.Count > 0; found = page(found[^1].Id))
        {
            foreach (var group in Groups(found.Where(r => r.Id <= last && (r.Flags & MessageFlags.Verbatim) == 0)))
            {
                foreach (var row in store.ReadMessages(user.Account.UserId, group))
                {
                    write(xml, user, row);
                }

                if (xml.Length >= BytesPerPiece)
                {
                    yield return Taken(xml);
                }
            }

            if (found[^1].Id > last)
            {
                break;
            }
        }
    }

    /// <summary>Ids whose bodies together are about one piece: a page of large messages is not to be in memory at once.</summary>
    private static IEnumerable<List<long>> Groups(IEnumerable<MessageRef> rows)
    {
        List<long> group = [];
        var bytes = 0L;
        foreach (var row in rows)
        {
            group.Add(row.Id);
            bytes += row.Size;
            if (bytes >= BytesPerPiece)
            {
                yield return group;
                (group, bytes) = ([], 0);
            }
        }

        yield return group;
    }

    private void Archived(Utf8XmlBuilder xml, UserRows user, MessageRow row) =>
        xml.Raw("\n"u8).Open("result", Namespaces.Mam).Attr("id", _ids.Encode(row.Id)).Raw(StanzaSplice.Forwarded(row.Body, TimeOf(row))).Close();

    private void Unread(Utf8XmlBuilder xml, UserRows user, MessageRow row)
    {
        var jid = Jid.Parse(user.Account.Jid);
        byte[] extra = [.. StanzaSplice.StanzaId(jid, _ids.Encode(row.Id)), .. StanzaSplice.Delay(TimeOf(row), Jid.Parse(jid.Domain))];
        xml.Raw("\n"u8).Raw(StanzaSplice.Standalone(StanzaSplice.Append(row.Body, extra)));
    }

    private static DateTimeOffset TimeOf(MessageRow row) => DateTimeOffset.FromUnixTimeMilliseconds(row.Id >> 20);

    /// <summary>What is written so far. The builder forgets which elements are open, so those that may span pieces are closed by hand.</summary>
    private static byte[] Taken(Utf8XmlBuilder xml)
    {
        var piece = xml.ToArray();
        xml.Clear();
        return piece;
    }
}

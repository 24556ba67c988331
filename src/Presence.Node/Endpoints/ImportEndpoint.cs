using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Presence.Actors.Admin;
using Presence.Node.Transfer;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Node.Endpoints;

/// <summary>
/// Takes batches of users' data and hands each record to its owner: those of one user in order, those of different users beside one another. A batch is bounded
/// and answered when all of it is on disk, so who sends the next one then can never run ahead of the store.
/// </summary>
internal sealed class ImportEndpoint(AdminBackend backend)
{
    /// <summary>Usually about 1 MiB; one element may be large (Limits:MaxStanzaBytes), and twice as large in JSON.</summary>
    public const int MaxBodyBytes = 40 * 1024 * 1024;

    /// <summary>Ids of one millisecond (sessions.md 4.4).</summary>
    private const int MaxNumber = 1 << 20;

    // RFC 5802 leaves the length open; others use up to 36 bytes.
    private const int MaxSaltBytes = 64;

    public AdminAnswer Facts() => AdminAnswer.Ok(Json(new NodeFacts(backend.Domain.ToString(), backend.Keys.Iterations)));

    public async Task<AdminAnswer> ImportAsync(HttpContext context, CancellationToken cancellation)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        RecordBatch? batch;
        try
        {
            batch = await JsonSerializer.DeserializeAsync<RecordBatch>(context.Request.Body, JsonSerializerOptions.Web, cancellation).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            return AdminAnswer.BadRequest($"the body must be a JSON object with \"records\": {e.Message}");
        }

        var records = batch?.Records ?? [];
        var results = new RecordResult[records.Count];
        await Task.WhenAll(Enumerable.Range(0, records.Count).GroupBy(i => records[i].Jid, StringComparer.Ordinal).Select(async user =>
        {
            foreach (var i in user)
            {
                results[i] = await TakeAsync(records[i], cancellation).ConfigureAwait(false);
            }
        })).ConfigureAwait(false);
        return AdminAnswer.Ok(Json(new BatchResult(results)));
    }

    private static JsonObject Json<T>(T value) => (JsonObject)JsonSerializer.SerializeToNode(value, JsonSerializerOptions.Web)!;

    private async Task<RecordResult> TakeAsync(UserRecord record, CancellationToken cancellation)
    {
        if (!Jid.TryParse(record.Jid, out var jid) || jid.Local is null || !jid.IsBare || jid.Domain != backend.Domain.Domain)
        {
            return Failed(record, $"\"{record.Jid}\" is not the address of an account of {backend.Domain}");
        }

        if (!TryRead(record, out var data, out var unreadable, out var error))
        {
            return Failed(record, error);
        }

        var reply = await backend.Ask(new ImportRequest(ShardKey.UserId(jid.ToString()), jid.ToString(), data), cancellation).ConfigureAwait(false);
        return reply is { Status: AdminStatus.Done, Import: { } counts }
            ? new RecordResult(
                jid.ToString(), null, counts.Created, counts.Overwritten, counts.Contacts, counts.Blocked, counts.Messages, counts.Repeated, counts.Refused + unreadable)
            {
                Documents = counts.Documents,
            }
            : Failed(record, reply.Status == AdminStatus.NoSuchUser
                ? "there is no such account, and no password or keys to make it with" : (string?)AdminAnswer.From(reply, record.Jid, "").Body?["message"] ?? "refused");
    }

    private static RecordResult Failed(UserRecord record, string error) => new(record.Jid, error, false, false, 0, 0, 0, 0, 0);

    private static bool TryRead(UserRecord record, [NotNullWhen(true)] out UserImport? data, out int unreadable, [NotNullWhen(false)] out string? error)
    {
        (data, unreadable, error) = (null, 0, null);
        CredentialRow? keys = null;
        if (record.Keys is { } given && !TryKeys(given, out keys))
        {
            error = $"unusable keys: 1 to {MaxSaltBytes} bytes of salt, {ScramKeys.MinIterations} to {ScramKeys.MaxIterations} iterations, and 20 or 32 bytes a key are expected";
            return false;
        }

        var contacts = record.Contacts.Select(Contact).OfType<RosterRow>().ToList();
        var blocked = record.Blocked.Select(text => Jid.TryParse(text, out var jid) ? jid : null).OfType<Jid>().ToList();
        var messages = record.Messages.Select(Message).OfType<ImportedMessage>().ToList();
        var kept = record.Private.Select(Element).OfType<XmlElement>().ToList();
        var (nodes, items) = (record.Nodes.Select(Element).OfType<XmlElement>().ToList(), record.NodeItems.Select(Element).OfType<XmlElement>().ToList());
        var (vcard, preferences) = (Element(record.VCard), Element(record.ArchivePreferences));
        unreadable = record.Contacts.Count - contacts.Count + record.Blocked.Count - blocked.Count + record.Messages.Count - messages.Count
            + record.Private.Count - kept.Count + record.Nodes.Count - nodes.Count + record.NodeItems.Count - items.Count + Missing(record.VCard, vcard) + Missing(record.ArchivePreferences, preferences);
        data = new UserImport(keys, record.Overwrite, contacts, blocked, messages) { VCard = vcard, Private = kept, ArchivePreferences = preferences };
        data = data with { Nodes = nodes, NodeItems = items };
        return true;
    }

    private static XmlElement? Element(string? xml) => xml is not null && XmlElement.TryParse(Encoding.UTF8.GetBytes(xml), out var element) ? element : null;

    private static int Missing(string? given, XmlElement? read) => given is not null && read is null ? 1 : 0;

    private static bool TryKeys(KeysRecord k, [NotNullWhen(true)] out CredentialRow? row)
    {
        row = new CredentialRow(k.Salt, k.Iterations, k.StoredKeySha1 ?? [], k.ServerKeySha1 ?? [], k.StoredKeySha256 ?? [], k.ServerKeySha256 ?? []);
        var (sha1, sha256) = ((row.StoredKeySha1.Length, row.ServerKeySha1.Length), (row.StoredKeySha256.Length, row.ServerKeySha256.Length));
        return k.Salt.Length is > 0 and <= MaxSaltBytes && k.Iterations is >= ScramKeys.MinIterations and <= ScramKeys.MaxIterations
            && (sha1 is (20, 20) || sha1 is (0, 0)) && (sha256 is (32, 32) || sha256 is (0, 0)) && (sha1, sha256) != ((0, 0), (0, 0));
    }

    private static RosterRow? Contact(ContactRecord c)
    {
        if (!Jid.TryParse(c.Jid, out var jid) || !jid.IsBare || !Enum.TryParse<Subscription>(c.Subscription, ignoreCase: true, out var subscription))
        {
            return null;
        }

        var request = c.Request is null ? null : Encoding.UTF8.GetBytes(c.Request);
        var pending = request is not null && Stanza.TryParse(request, out var stanza) && stanza is { Kind: StanzaKind.Presence, Type: StanzaType.Subscribe };
        return new RosterRow(0, jid.ToString(), subscription, c.Ask, pending, c.Approved, c.Name, c.Groups, pending ? request : null);
    }

    private static ImportedMessage? Message(MessageRecord m) =>
        m.Number is >= 0 and < MaxNumber && Stanza.TryParse(Encoding.UTF8.GetBytes(m.Xml), out var stanza)
            ? new ImportedMessage(m.At, m.Number, m.Unread, stanza) { StanzaId = m.StanzaId } : null;
}

using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Column lists and the rows they become, side by side so that they cannot drift apart. Holds no query conditions.
/// </summary>
internal static class Rows
{
    public const string Credential = "salt, iterations, stored_key_sha1, server_key_sha1, stored_key_sha256, server_key_sha256";
    public const string Account = "user_id, jid, roster_version, delivered_any, last_id, " + Credential + ", archive_default, archive_always, archive_never";
    public const string Session =
        "user_id, session_no, connection, h_in, out_seq, acked, cursor, phase, expires_at, detached_at, last_interaction";

    public const string Doc =
        "user_id, session_no, resource, sm_id, presence, directed, carbons, inactive, since, away, offered";

    public const string Tombstone = "user_id, sm_id, h_in, ended_at";
    public const string Delivery = "user_id, session_no, out_seq, message_id";
    public const string Registration = "user_id, service, node, session_no, options, hold, own_form, pushed, disabled_reason, muted";
    public const string Push = "user_id, service, node, conversation, latest_id, count, due_at, state, attempts, kind, first_id";
    public const string Roster = "user_id, contact, subscription, ask, pending_in, approved, name, groups, pending_stanza";
    public const string Message = "user_id, id, peer, peer_resource, flags, origin_session, to_resource, why, body";
    public const string Ref = "id, peer, flags, origin_session, to_resource, length(body)";
    public const string Document = "user_id, kind, name, mark, body";
    public const string DocumentRef = "kind, name, mark, length(body)";
    public const string Outbox = "from_shard, seq, prev, to_shard, kind, body";
    public const string Cursor = "shard, from_shard, seq";

    public static CredentialRow ToCredential(Statement s) => ToCredential(s, 0);

    public static AccountRow ToAccount(Statement s) => new(s.Int64(0), s.Text(1), ToCredential(s, 5), s.Int64(2), s.Int64(3), s.Int64(4), ToPreferences(s, 11));

    public static SessionRow ToSession(Statement s) => new(
        s.Int64(0), s.Int32(1), s.Int64(2), s.Int64(3), s.Int64(4), s.Int64(5), s.Int64(6), (SessionPhase)s.Int32(7),
        s.Int64(8), s.Int64(9), s.Int64(10));

    public static SessionDocRow ToDoc(Statement s) => new(
        s.Int64(0), s.Int32(1), s.Text(2), s.TextOrNull(3), s.BlobOrNull(4), TextList.Read(s.Bytes(5)), s.Flag(6), s.Flag(7), s.Int64(8), s.Flag(9),
        s.Int64(10));

    public static TombstoneRow ToTombstone(Statement s) => new(s.Int64(0), s.Text(1), s.Int64(2), s.Int64(3));

    public static DeliveryRow ToDelivery(Statement s) => new(s.Int64(0), s.Int32(1), s.Int64(2), s.Int64(3));

    public static PushRegistrationRow ToRegistration(Statement s) => new(
        s.Int64(0), s.Text(1), s.Text(2), s.Int32(3), s.BlobOrNull(4), s.Flag(5), s.Flag(6), s.Int64(7), s.TextOrNull(8),
        s.IsNull(9) ? null : TextList.Read(s.Bytes(9)));

    public static PushOutboxRow ToPush(Statement s) => new(
        s.Int64(0), s.Text(1), s.Text(2), s.Text(3), s.Int64(4), s.Int32(5), s.Int64(6), (PushState)s.Int32(7), s.Int32(8), s.Text(9), s.Int64(10));

    public static RosterRow ToRoster(Statement s) => new(
        s.Int64(0), s.Text(1), (Subscription)s.Int32(2), s.Flag(3), s.Flag(4), s.Flag(5), s.TextOrNull(6), TextList.Read(s.Bytes(7)),
        s.BlobOrNull(8));

    public static MessageRow ToMessage(Statement s) => new(
        s.Int64(0), s.Int64(1), s.Text(2), s.TextOrNull(3), (MessageFlags)s.Int32(4), s.Int32(5), s.TextOrNull(6), s.TextOrNull(7), s.Blob(8));

    public static MessageRef ToRef(Statement s) => new(
        s.Int64(0), s.Text(1), (MessageFlags)s.Int32(2), s.Int32(3), s.TextOrNull(4), s.Int32(5));

    public static DocumentRow ToDocument(Statement s) => new(s.Int64(0), (DocumentKind)s.Int32(1), s.Text(2), s.TextOrNull(3), s.Blob(4));

    public static DocumentRef ToDocumentRef(Statement s) => new((DocumentKind)s.Int32(0), s.Text(1), s.TextOrNull(2), s.Int32(3));

    public static OutboxRow ToOutbox(Statement s) => new(s.Int32(0), s.Int64(1), s.Int64(2), s.Int32(3), (byte)s.Int32(4), s.Blob(5));

    public static OutboxAccepted ToCursor(Statement s) => new(s.Int32(0), s.Int32(1), s.Int64(2));

    public static string ToText(Statement s) => s.Text(0);

    private static ArchivePreferences? ToPreferences(Statement s, int at) =>
        s.IsNull(at) ? null : new((ArchiveDefault)s.Int32(at), TextList.Read(s.Bytes(at + 1)), TextList.Read(s.Bytes(at + 2)));

    private static CredentialRow ToCredential(Statement s, int at) => new(
        s.Blob(at), s.Int32(at + 1), s.Blob(at + 2), s.Blob(at + 3), s.Blob(at + 4), s.Blob(at + 5));
}

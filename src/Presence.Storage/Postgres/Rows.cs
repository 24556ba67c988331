using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Column lists and the rows they become, side by side so that they cannot drift apart. Holds no query conditions.
/// </summary>
internal static class Rows
{
    public const string Credential = "salt, iterations, stored_key_sha1, server_key_sha1, stored_key_sha256, server_key_sha256";
    public const string Account = "user_id, jid, roster_version, delivered_any, last_id, " + Credential + ", archive_default, archive_always, archive_never";
    public const string Session =
        "user_id, session_no, connection, h_in, out_seq, acked, cursor, phase, expires_at, detached_at, last_interaction";

    public const string Doc = "user_id, session_no, resource, sm_id, presence, directed, carbons, inactive, since, away, offered";
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

    public static CredentialRow ToCredential(NpgsqlDataReader r) => ToCredential(r, 0);

    public static AccountRow ToAccount(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), ToCredential(r, 5), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4),
        r.IsDBNull(11) ? null : new((ArchiveDefault)r.GetInt32(11), Texts(r, 12), Texts(r, 13)));

    public static SessionRow ToSession(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6), (SessionPhase)r.GetInt32(7),
        r.GetInt64(8), r.GetInt64(9), r.GetInt64(10));

    public static SessionDocRow ToDoc(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt32(1), r.GetString(2), Text(r, 3), Bytes(r, 4), Texts(r, 5), r.GetBoolean(6), r.GetBoolean(7), r.GetInt64(8), r.GetBoolean(9),
        r.GetInt64(10));

    public static TombstoneRow ToTombstone(NpgsqlDataReader r) => new(r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3));

    public static DeliveryRow ToDelivery(NpgsqlDataReader r) => new(r.GetInt64(0), r.GetInt32(1), r.GetInt64(2), r.GetInt64(3));

    public static PushRegistrationRow ToRegistration(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetInt32(3), Bytes(r, 4), r.GetBoolean(5), r.GetBoolean(6), r.GetInt64(7), Text(r, 8),
        r.IsDBNull(9) ? null : Texts(r, 9));

    public static PushOutboxRow ToPush(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), r.GetInt32(5), r.GetInt64(6), (PushState)r.GetInt32(7), r.GetInt32(8),
        r.GetString(9), r.GetInt64(10));

    public static RosterRow ToRoster(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), (Subscription)r.GetInt32(2), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5), Text(r, 6), Texts(r, 7), Bytes(r, 8));

    public static MessageRow ToMessage(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetInt64(1), r.GetString(2), Text(r, 3), (MessageFlags)r.GetInt32(4), r.GetInt32(5), Text(r, 6), Text(r, 7), r.GetFieldValue<byte[]>(8));

    public static MessageRef ToRef(NpgsqlDataReader r) => new(
        r.GetInt64(0), r.GetString(1), (MessageFlags)r.GetInt32(2), r.GetInt32(3), Text(r, 4), r.GetInt32(5));

    public static DocumentRow ToDocument(NpgsqlDataReader r) => new(
        r.GetInt64(0), (DocumentKind)r.GetInt32(1), r.GetString(2), Text(r, 3), r.GetFieldValue<byte[]>(4));

    public static DocumentRef ToDocumentRef(NpgsqlDataReader r) => new((DocumentKind)r.GetInt32(0), r.GetString(1), Text(r, 2), r.GetInt32(3));

    public static OutboxRow ToOutbox(NpgsqlDataReader r) => new(
        r.GetInt32(0), r.GetInt64(1), r.GetInt64(2), r.GetInt32(3), (byte)r.GetInt32(4), r.GetFieldValue<byte[]>(5));

    public static OutboxAccepted ToCursor(NpgsqlDataReader r) => new(r.GetInt32(0), r.GetInt32(1), r.GetInt64(2));

    public static string ToText(NpgsqlDataReader r) => r.GetString(0);

    public static long ToNumber(NpgsqlDataReader r) => r.GetInt64(0);

    /// <summary>Null instead of an empty array: a kind of change that does not occur costs nothing.</summary>
    public static T[]? Array<T>(IReadOnlyCollection<T> rows) => rows.Count == 0 ? null : [.. rows];

    private static string? Text(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetFieldValue<byte[]>(column);

    private static string[] Texts(NpgsqlDataReader r, int column) => r.GetFieldValue<string[]>(column);

    private static CredentialRow ToCredential(NpgsqlDataReader r, int at) => new(
        r.GetFieldValue<byte[]>(at), r.GetInt32(at + 1), r.GetFieldValue<byte[]>(at + 2), r.GetFieldValue<byte[]>(at + 3), r.GetFieldValue<byte[]>(at + 4),
        r.GetFieldValue<byte[]>(at + 5));
}

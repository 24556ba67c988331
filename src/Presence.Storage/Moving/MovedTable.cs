using Npgsql;
using NpgsqlTypes;
using Presence.Storage.Sqlite;

namespace Presence.Storage.Moving;

/// <summary>One table that both stores have by the same name and columns, and how its values cross over. What of a store is about its shards is not among these.</summary>
internal sealed record MovedTable(string Name, params (string Column, NpgsqlDbType Type)[] Columns)
{
    private const NpgsqlDbType Long = NpgsqlDbType.Bigint;
    private const NpgsqlDbType Int = NpgsqlDbType.Integer;
    private const NpgsqlDbType Flag = NpgsqlDbType.Boolean;
    private const NpgsqlDbType Text = NpgsqlDbType.Text;
    private const NpgsqlDbType Bytes = NpgsqlDbType.Bytea;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    public static readonly IReadOnlyList<MovedTable> All =
    [
        new("account", ("user_id", Long), ("jid", Text), ("shard", Int), ("salt", Bytes), ("iterations", Int), ("stored_key_sha1", Bytes), ("server_key_sha1", Bytes),
            ("stored_key_sha256", Bytes), ("server_key_sha256", Bytes), ("roster_version", Long), ("delivered_any", Long), ("last_id", Long),
            ("archive_default", Int), ("archive_always", Texts), ("archive_never", Texts)),
        new("session", ("user_id", Long), ("session_no", Int), ("connection", Long), ("h_in", Long), ("out_seq", Long), ("acked", Long), ("cursor", Long), ("phase", Int),
            ("expires_at", Long), ("detached_at", Long), ("last_interaction", Long)),
        new("session_doc", ("user_id", Long), ("session_no", Int), ("resource", Text), ("sm_id", Text), ("carbons", Flag), ("inactive", Flag), ("since", Long), ("away", Flag),
            ("directed", Texts), ("presence", Bytes), ("offered", Long)),
        new("tombstone", ("user_id", Long), ("sm_id", Text), ("h_in", Long), ("ended_at", Long)),
        new("push_registration", ("user_id", Long), ("service", Text), ("node", Text), ("session_no", Int), ("options", Bytes), ("hold", Flag), ("own_form", Flag), ("pushed", Long),
            ("disabled_reason", Text), ("muted", Texts)),
        new("message", ("user_id", Long), ("id", Long), ("peer", Text), ("peer_resource", Text), ("flags", Int), ("origin_session", Int), ("to_resource", Text), ("why", Text), ("body", Bytes)),
        new("delivery", ("user_id", Long), ("session_no", Int), ("out_seq", Long), ("message_id", Long)),
        new("push_outbox", ("user_id", Long), ("service", Text), ("node", Text), ("conversation", Text), ("latest_id", Long), ("count", Int), ("due_at", Long), ("state", Int),
            ("attempts", Int), ("kind", Text), ("first_id", Long)),
        new("outbox", ("from_shard", Int), ("to_shard", Int), ("seq", Long), ("prev", Long), ("kind", Int), ("body", Bytes)),
        new("outbox_cursor", ("shard", Int), ("from_shard", Int), ("seq", Long)),
        new("roster", ("user_id", Long), ("contact", Text), ("subscription", Int), ("ask", Flag), ("pending_in", Flag), ("approved", Flag), ("name", Text), ("groups", Texts),
            ("pending_stanza", Bytes), ("version", Long)),
        new("blocked", ("user_id", Long), ("jid", Text)),
        new("document", ("user_id", Long), ("kind", Int), ("name", Text), ("mark", Text), ("body", Bytes)),
        new("erasing", ("user_id", Long)),
    ];

    private string Names => string.Join(", ", Columns.Select(c => c.Column));

    /// <summary>Copies every row, in a transaction of the caller's on either side; returns how many.</summary>
    /// <param name="copied">Called with every row.</param>
    public long Copy(Connection from, NpgsqlConnection to, Action copied)
    {
        using var import = to.BeginBinaryImport($"COPY {Name} ({Names}) FROM STDIN (FORMAT BINARY)");
        var rows = 0L;
        from.Prepare($"SELECT {Names} FROM {Name}").Start().Each(row =>
        {
            import.StartRow();
            for (var i = 0; i < Columns.Length; i++)
            {
                Write(import, row, i, Columns[i].Type);
            }

            rows++;
            copied();
        });
        var taken = (long)import.Complete();
        return taken == rows ? rows : throw new InvalidOperationException($"{Name}: {rows} rows were sent and {taken} taken");
    }

    private static void Write(NpgsqlBinaryImporter import, Statement row, int i, NpgsqlDbType type)
    {
        if (row.IsNull(i))
        {
            import.WriteNull();
            return;
        }

        switch (type)
        {
            case Long: import.Write(row.Int64(i), type); break;
            case Int: import.Write(row.Int32(i), type); break;
            case Flag: import.Write(row.Flag(i), type); break;
            case Text: import.Write(row.Text(i), type); break;
            case Bytes: import.Write(row.Blob(i), type); break;
            case Texts: import.Write(TextList.Read(row.Bytes(i)).ToArray(), type); break;
            default: throw new InvalidOperationException($"no way to move {type}");
        }
    }
}

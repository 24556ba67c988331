using Npgsql;
using NpgsqlTypes;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// One connection that may write. Used by one thread at a time. After anything but a plain answer it is thrown away and never used again: a late answer could be taken for the next
/// one's.
/// </summary>
internal sealed class WriteConnection : IDisposable
{
    // Whatever the role or the database says otherwise: no time limit ends a commit, a transaction that somebody leaves open ends itself, and the server soon notices a client that is gone.
    private const string Settings = """
        SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
        SET statement_timeout = 0; SET lock_timeout = 0; SET idle_session_timeout = 0;
        SET idle_in_transaction_session_timeout = '1s'; SET client_connection_check_interval = '500ms'; SET tcp_user_timeout = '2s';
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
        """;

    private readonly NpgsqlConnection _connection;
    private NpgsqlCommand? _call;
    private volatile string? _warning;

    private WriteConnection(NpgsqlConnection connection, string name)
    {
        (_connection, Name) = (connection, name);
        connection.Notice += (_, e) => _warning = e.Notice.InvariantSeverity == "WARNING" ? e.Notice.MessageText : _warning;
    }

    /// <summary>Its <c>application_name</c>.</summary>
    public string Name { get; }

    /// <summary>Number of the server process behind it.</summary>
    public int ProcessId => _connection.ProcessID;

    public NpgsqlConnection Connection => _connection;

    /// <summary>
    /// What the server warned of since <see cref="Open"/>. Above all: a commit whose wait for its standby was cancelled counts as done and only warns.
    /// </summary>
    public string? Warning => _warning;

    /// <exception cref="StoreException">A pooler stands between.</exception>
    public static WriteConnection Open(NpgsqlDataSource source, string name)
    {
        var connection = source.OpenConnection();
        try
        {
            using (var settings = new NpgsqlCommand(Settings, connection))
            {
                settings.ExecuteNonQuery();
            }

            using var hello = new NpgsqlCommand("SELECT set_config('application_name', $1, false), pg_backend_pid()", connection) { Parameters = { new() { Value = name } } };
            using (var reader = hello.ExecuteReader())
            {
                reader.Read();
                if (reader.GetInt32(1) != connection.ProcessID)
                {
                    throw new StoreException("A connection pooler stands before PostgreSQL: let the connection string lead to the server itself.");
                }
            }

            return new WriteConnection(connection, name);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends one guarded write; the answer has one number per part (see commit_batch). No token and no time limit: who waits gives up the waiting, not the command.</summary>
    /// <param name="schema">Where the types are.</param>
    public async Task<short[]> CallAsync(GuardedBatch batch, IReadOnlyList<ShardWrite> parts, WriteStep[] steps, string schema)
    {
        if (_call is null)
        {
            _call = Call(_connection, schema);
            await _call.PrepareAsync().ConfigureAwait(false);
        }

        object[] values =
        [
            batch.BatchId, batch.Owner.Value, parts.Select(p => p.Shard).ToArray(), parts.Select(p => p.Epoch).ToArray(), parts.Select(p => p.Base).ToArray(), steps,
        ];
        for (var i = 0; i < values.Length; i++)
        {
            _call.Parameters[i].Value = values[i];
        }

        var reader = await _call.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            await reader.ReadAsync().ConfigureAwait(false);
            return await reader.GetFieldValueAsync<short[]>(0).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _call?.Dispose();
        _connection.Dispose();
    }

    private static NpgsqlCommand Call(NpgsqlConnection connection, string schema) => new("CALL commit_batch($1, $2, $3, $4, $5, $6, $7)", connection)
    {
        Parameters =
        {
            new() { NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            new() { DataTypeName = $"{schema}.write_step[]" },
            new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint, Value = DBNull.Value },
        },
    };
}

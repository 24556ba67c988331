using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// The store on PostgreSQL 15 or newer. It never buffers a write: what <see cref="Commit"/> has answered as committed is on the server's disk, and on its synchronous standby if
/// it has one. No transaction is open while this process does anything but wait for the server.
/// </summary>
public sealed class PostgresStore : IStore, IDisposable
{
    private const int MonthsAhead = 2;

    private static readonly TimeSpan BetweenMonthChecks = TimeSpan.FromHours(6);

    private readonly string _where;
    private readonly TimeProvider _time;
    private readonly NpgsqlDataSource _writing;
    private readonly NpgsqlDataSource _reading;
    private readonly NodeLock _lock;
    private readonly WritePool _writers;
    private readonly ReadPool _reads;
    private readonly GuardedWriter _writer;
    private readonly ArchiveTrim _trim = new();
    private readonly Lock _upkeep = new();
    private long _monthsChecked;
    private volatile bool _disposed;

    /// <summary>Opens the database, creating or migrating the tables as needed.</summary>
    /// <exception cref="StoreException">Another node holds it, its schema is newer than this program, or it cannot be reached or used; the message says what to do.</exception>
    public PostgresStore(PostgresOptions options, TimeProvider time)
    {
        var address = new DatabaseAddress(options.ConnectionString);
        (_where, _time) = (address.Where, time);
        NpgsqlDataSource? plain = null;
        try
        {
            plain = NpgsqlDataSource.Create(address.Writing);
            _lock = NodeLock.Take(plain, options.NodeName, _where);
            var schema = Prepare(plain, options, _where);
            (ShardCount, Secret) = Read(plain, "SELECT shard_count, secret FROM cluster", static r => (r.GetInt32(0), r.GetFieldValue<byte[]>(1)));
            _writing = WriteTypes.Source(address.Writing, schema);
            _reading = NpgsqlDataSource.Create(address.Reading(options.ReadConnections));
            _writers = new WritePool(_writing, options.NodeName);
            _reads = new ReadPool(_reading, options.ReadConnections, _where);
            _writer = new GuardedWriter(_writers, schema, _where, options.AnswerWithin);
            MakeMonths();
        }
        catch (Exception e) when (e is StoreException || PostgresFailure.IsFailure(e))
        {
            _lock?.Dispose();
            _writers?.Dispose();
            _reading?.Dispose();
            _writing?.Dispose();
            throw e is StoreException ? e : new StoreException(PostgresFailure.Advice(e, _where), e);
        }
        finally
        {
            plain?.Dispose();
        }
    }

    /// <summary>Host and database, for messages.</summary>
    public string Where => _where;

    public int ShardCount { get; }

    public byte[] Secret { get; }

    public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner)
    {
        _writers.NameAfter(owner);
        return Write(c => Query.All(c, "SELECT id, epoch, committed FROM take_all($1)", static r => new ShardGrant(r.GetInt32(0), r.GetInt64(1), r.GetInt64(2)), owner.Value));
    }

    public CommitAnswer Commit(GuardedBatch batch) => _disposed
        ? new CommitAnswer(batch.BatchId, CommitStatus.Unavailable, [], "The store is closed.")
        : _writer.Commit(batch);

    public UserRows? LoadUser(long userId, int tailLimit) => _reads.Snapshot(c => UserReads.Load(c, userId, tailLimit));

    public CredentialRow? ReadCredentials(long userId) =>
        _reads.Read(c => Query.First(c, $"SELECT {Rows.Credential} FROM account WHERE user_id = $1", Rows.ToCredential, userId));

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => _reads.Read(c => UserReads.Messages(c, userId, ids));

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => _reads.Read(c => UserReads.Document(c, userId, kind, name));

    public ArchivePage ReadArchive(ArchiveQuery query) => _reads.Snapshot(c => ArchiveReads.Page(c, query));

    public IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit) =>
        _reads.Read(c => ArchiveReads.Search(c, userId, peer, beforeId, text, look, limit));

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Visible(c, userId, afterId, limit));

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Offline(c, userId, afterId, limit));

    public IReadOnlyList<OutboxRow> ReadOutbox() =>
        _reads.Read(c => Query.All(c, $"SELECT {Rows.Outbox} FROM outbox ORDER BY from_shard, to_shard, seq", Rows.ToOutbox));

    public IReadOnlyList<OutboxAccepted> ReadOutboxCursors() =>
        _reads.Read(c => Query.All(c, $"SELECT {Rows.Cursor} FROM outbox_cursor ORDER BY shard, from_shard", Rows.ToCursor));

    public IReadOnlyList<SessionRow> ReadSessions() =>
        _reads.Read(c => Query.All(c, $"SELECT {Rows.Session} FROM session ORDER BY user_id, session_no", Rows.ToSession));

    public IReadOnlyList<PushOutboxRow> ReadPushOutbox() =>
        _reads.Read(c => Query.All(c, $"SELECT {Rows.Push} FROM push_outbox ORDER BY user_id, service, node, conversation", Rows.ToPush));

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => _reads.Read(c => UserReads.Accounts(c, after, limit));

    public long? FindAccount(string jid) => _reads.Read(c => UserReads.Find(c, jid));

    public bool HasSha1OnlyAccounts() =>
        _reads.Read(c => Query.First(c, "SELECT EXISTS (SELECT 1 FROM account WHERE length(stored_key_sha256) = 0)", static r => r.GetBoolean(0)));

    public bool IsErasing(long userId) => _reads.Read(c => Query.First(c, "SELECT true FROM erasing WHERE user_id = $1", static r => r.GetBoolean(0), userId));

    public int TrimArchive(long olderThanId, int limit)
    {
        lock (_upkeep)
        {
            return Write(c => _trim.Step(c, olderThanId, limit));
        }
    }

    /// <inheritdoc/>
    /// <remarks>PostgreSQL does not overwrite what it deletes; the space is used again after its own vacuum.</remarks>
    public bool Erase(int limit)
    {
        lock (_upkeep)
        {
            return Write(c => Query.First(c, "SELECT erase_step($1)", static r => r.GetBoolean(0), limit));
        }
    }

    /// <summary>Sees to it, a few times a day, that the message log has places for the coming months.</summary>
    public bool Idle()
    {
        if (!_disposed && _time.GetElapsedTime(_monthsChecked) > BetweenMonthChecks)
        {
            try
            {
                MakeMonths();
            }
            catch (StoreException)
            {
                // Somebody reads the log for long, or the server is away. The months are made well ahead, and without them rows still have a place.
            }
        }

        return false;
    }

    /// <summary>Closes all connections, which frees the database for another node.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _reads.Dispose();
        _writers.Dispose();
        _reading.Dispose();
        _writing.Dispose();
        _lock.Dispose();
    }

    private void MakeMonths()
    {
        _monthsChecked = _time.GetTimestamp();
        Write(c => Query.First(c, "SELECT make_months($1)", static r => r.GetInt32(0), MonthsAhead));
    }

    private T Write<T>(Func<NpgsqlConnection, T> write)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        WriteConnection? connection = null;
        try
        {
            connection = _writers.Rent();
            var result = write(connection.Connection);
            if (connection.Warning is { } warning)
            {
                throw new StoreException($"PostgreSQL at {_where} warned: {warning}");
            }

            _writers.Return(connection);
            connection = null;
            return result;
        }
        catch (Exception e) when (PostgresFailure.IsFailure(e) && e is not StoreException)
        {
            throw new StoreException(PostgresFailure.Advice(e, _where), e);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private static string Prepare(NpgsqlDataSource plain, PostgresOptions options, string where)
    {
        using var connection = plain.OpenConnection();
        Query.Run(connection, "SET statement_timeout = 0");
        var schema = Migrations.SchemaOf(connection, where);
        Migrations.Run(connection, options.ShardCount, where);
        return schema;
    }

    private static T Read<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> map)
    {
        using var connection = source.OpenConnection();
        return Query.First(connection, sql, map)!;
    }
}

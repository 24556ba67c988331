using System.Globalization;
using System.Security.Cryptography;
using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// The store of a single node: one SQLite file, one writing connection, a few reading ones. It alone opens that file; it never buffers a write:
/// what <see cref="Commit"/> has answered as committed has been flushed to the disk.
/// </summary>
public sealed class SqliteStore : IStore, IDisposable
{
    /// <summary>Name of the database file in the data directory.</summary>
    public const string FileName = "presence.db";

    private readonly Lock _writing = new();
    private readonly string _directory;
    private readonly DataLock _lock;
    private readonly Connection _connection;
    private readonly ReadPool _reads;
    private readonly Housekeeping _housekeeping;
    private readonly ArchiveTrim _trim;
    private readonly Erasure _erasure;
    private bool _disposed;

    /// <summary>Opens the data directory, creating or migrating the file as needed.</summary>
    /// <exception cref="StoreException">Another process holds it, it is newer than this program, or it cannot be read or written.</exception>
    public SqliteStore(SqliteOptions options)
    {
        _directory = Path.GetFullPath(options.Directory);
        var path = Path.Combine(_directory, FileName);
        StoreFiles.Prepare(_directory, path);
        _lock = DataLock.Take(_directory);
        try
        {
            StoreRestore.RefuseHalfDone(_directory);
            _connection = Guarded(() => Open(path, options));
        }
        catch
        {
            _lock.Dispose();
            throw;
        }

        (ShardCount, Secret) = _connection.Prepare("SELECT shard_count, secret FROM cluster").Start().First(static s => (s.Int32(0), s.Blob(1)));
        _reads = new ReadPool(path, options.ReadConnections);
        _housekeeping = new Housekeeping(_connection, options.WalLimit);
        _trim = new ArchiveTrim(_connection);
        _erasure = new Erasure(_connection);
        Writer = new GuardedWriter(_connection, _directory);
    }

    public int ShardCount { get; }

    public byte[] Secret { get; }

    internal GuardedWriter Writer { get; }

    /// <summary>For tests that break the writing connection.</summary>
    internal Connection Connection => _connection;

    public IReadOnlyList<ShardGrant> TakeAll(Incarnation owner) => Write(() =>
    {
        _connection.Prepare("DELETE FROM node").Start().Run();
        _connection.Prepare("INSERT INTO node (incarnation, status) VALUES (?, 1)").Start().Add(owner.Value).Run();
        _connection.Prepare("UPDATE shard SET epoch = epoch + 1, owner = ?").Start().Add(owner.Value).Run();
        return _connection.Prepare("SELECT id, epoch, committed FROM shard ORDER BY id").Start()
            .All(static s => new ShardGrant(s.Int32(0), s.Int64(1), s.Int64(2)));
    });

    public CommitAnswer Commit(GuardedBatch batch)
    {
        lock (_writing)
        {
            if (_disposed)
            {
                return new CommitAnswer(batch.BatchId, CommitStatus.Unavailable, [], "The store is closed.");
            }

            var answer = Writer.Commit(batch);
            if (answer.Status == CommitStatus.Answered)
            {
                _housekeeping.AfterCommit();
            }
            else if (answer.Status == CommitStatus.Unavailable)
            {
                _housekeeping.MakeRoom();
            }

            return answer;
        }
    }

    public UserRows? LoadUser(long userId, int tailLimit) => _reads.Read(c => UserReads.Load(c, userId, tailLimit));

    public CredentialRow? ReadCredentials(long userId) => _reads.Read(c => UserReads.Credentials(c, userId));

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => _reads.Read(c => UserReads.Messages(c, userId, ids));

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => _reads.Read(c => UserReads.Document(c, userId, kind, name));

    public IReadOnlyList<DocumentRow> ReadDocuments(long userId, DocumentKind kind, IReadOnlyList<string> names) =>
        _reads.Read(c => names.Select(name => UserReads.Document(c, userId, kind, name)).OfType<DocumentRow>().ToList());

    public ArchivePage ReadArchive(ArchiveQuery query) => _reads.Read(c => ArchiveReads.Page(c, query));

    public IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit) =>
        _reads.Read(c => ArchiveReads.Search(c, userId, peer, beforeId, text, look, limit));

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) =>
        _reads.Read(c => UserReads.Visible(c, userId, afterId, limit));

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) =>
        _reads.Read(c => UserReads.Offline(c, userId, afterId, limit));

    public IReadOnlyList<OutboxRow> ReadOutbox() => _reads.Read(
        c => c.Prepare($"SELECT {Rows.Outbox} FROM outbox ORDER BY from_shard, to_shard, seq").Start().All(Rows.ToOutbox));

    public IReadOnlyList<OutboxAccepted> ReadOutboxCursors() => _reads.Read(
        c => c.Prepare($"SELECT {Rows.Cursor} FROM outbox_cursor ORDER BY shard, from_shard").Start().All(Rows.ToCursor));

    public IReadOnlyList<SessionRow> ReadSessions() => _reads.Read(
        c => c.Prepare($"SELECT {Rows.Session} FROM session ORDER BY user_id, session_no").Start().All(Rows.ToSession));

    public IReadOnlyList<PushOutboxRow> ReadPushOutbox() => _reads.Read(
        c => c.Prepare($"SELECT {Rows.Push} FROM push_outbox ORDER BY user_id, service, node, conversation").Start().All(Rows.ToPush));

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => _reads.Read(c => UserReads.Accounts(c, after, limit));

    public long? FindAccount(string jid) => _reads.Read(c => UserReads.Find(c, jid));

    public int TrimArchive(long olderThanId, int limit) => Write(() => _trim.Step(olderThanId, limit));

    public bool HasSha1OnlyAccounts() => _reads.Read(
        c => c.Prepare("SELECT 1 FROM account INDEXED BY account_sha1_only WHERE length(stored_key_sha256) = 0 LIMIT 1").Start().First(static _ => true));

    public bool IsErasing(long userId) => _reads.Read(
        c => c.Prepare("SELECT 1 FROM erasing WHERE user_id = ?").Start().Add(userId).First(static _ => true));

    public bool Erase(int limit) => Write(() => _erasure.Step(limit));

    /// <summary>
    /// Copies the database as it is now to a new file, checks the copy and flushes it to the disk, while everything else goes on. Blocks for as long as that takes.
    /// </summary>
    /// <param name="file">An absolute path where nothing is yet.</param>
    /// <param name="progress">Called on the calling thread.</param>
    /// <exception cref="StoreException">It cannot be read or written, or the copy is damaged; the message says what to do.</exception>
    public BackupResult Backup(string file, Action<BackupProgress> progress, CancellationToken cancellation) =>
        StoreBackup.Run(Path.Combine(_directory, FileName), file, progress, cancellation);

    public bool Idle()
    {
        lock (_writing)
        {
            return !_disposed && _housekeeping.Idle();
        }
    }

    /// <summary>Closes the file, with the WAL copied back as far as possible, and frees the lock.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _reads.Dispose();
            try
            {
                _connection.Checkpoint(truncate: true);
            }
            catch (SqliteFailure)
            {
                // The next start reads the WAL instead.
            }

            _connection.Dispose();
            _lock.Dispose();
        }
    }

    private T Write<T>(Func<T> write)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Guarded(() => InTransaction(_connection, write));
        }
    }

    private T Guarded<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteFailure failure)
        {
            throw new StoreException(failure.Advice(_directory), failure);
        }
    }

    private static T InTransaction<T>(Connection connection, Func<T> write)
    {
        connection.Prepare("BEGIN IMMEDIATE").Run();
        try
        {
            var result = write();
            connection.Prepare("COMMIT").Run();
            return result;
        }
        catch
        {
            if (connection.InTransaction)
            {
                connection.Prepare("ROLLBACK").Run();
            }

            throw;
        }
    }

    private static Connection Open(string path, SqliteOptions options)
    {
        var connection = Connection.Open(path, readOnly: false, options.CacheKiB);
        try
        {
            if (connection.Number("PRAGMA page_count") == 0)
            {
                // Counts only before the first table, and would write to the header of a file that may yet be refused.
                connection.Execute("PRAGMA auto_vacuum=INCREMENTAL");
            }

            // FULL makes every COMMIT wait for the disk.
            connection.Execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=FAST");
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit={options.WalLimit}"));
            if (connection.Prepare("PRAGMA journal_mode=WAL").Start().First(Rows.ToText) != "wal")
            {
                throw new StoreException($"{path} lies on a file system without shared memory (a network mount?): choose a local data directory.");
            }

            Migrations.Run(connection, Migrations.Known, path);
            InTransaction(connection, () => Found(connection, options.ShardCount));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes the one row of a new store, with its secret and its shards; leaves an existing one alone.</summary>
    private static bool Found(Connection connection, int shardCount)
    {
        if (connection.Number("SELECT count(*) FROM cluster") != 0)
        {
            return false;
        }

        connection.Prepare("INSERT INTO cluster (one, view, shard_count, generation, secret) VALUES (1, 1, ?, 1, ?)").Start()
            .Add(shardCount).Add(RandomNumberGenerator.GetBytes(16)).Run();
        for (var shard = 0; shard < shardCount; shard++)
        {
            connection.Prepare("INSERT INTO shard (id, epoch, committed) VALUES (?, 0, 0)").Start().Add(shard).Run();
        }

        return true;
    }
}

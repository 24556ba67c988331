using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// Reads users from a data directory while no node runs on it, and keeps one from starting meanwhile. It never creates, migrates or changes a file.
/// </summary>
public sealed class StoreReader : IUserReads, IDisposable
{
    private readonly DataLock _lock;
    private readonly ReadPool _reads;

    private StoreReader(DataLock held, ReadPool reads, byte[] secret) => (_lock, _reads, Secret) = (held, reads, secret);

    public byte[] Secret { get; }

    /// <exception cref="StoreException">There is no database, a node holds it, or it is of another version; the message says what to do.</exception>
    public static StoreReader Open(string directory)
    {
        var path = Path.Combine(directory, SqliteStore.FileName);
        if (!File.Exists(path))
        {
            throw new StoreException($"There is no {SqliteStore.FileName} in {directory}.");
        }

        var held = DataLock.Take(directory);
        var reads = new ReadPool(path, 1);
        try
        {
            StoreRestore.RefuseHalfDone(directory);
            var secret = reads.Read(c =>
            {
                Migrations.Check(c, path);
                return c.Prepare("SELECT secret FROM cluster").Start().First(static s => s.Blob(0))!;
            });
            return new StoreReader(held, reads, secret);
        }
        catch
        {
            reads.Dispose();
            held.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => _reads.Read(c => UserReads.Accounts(c, after, limit));

    public long? FindAccount(string jid) => _reads.Read(c => UserReads.Find(c, jid));

    public UserRows? LoadUser(long userId, int tailLimit) => _reads.Read(c => UserReads.Load(c, userId, tailLimit));

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => _reads.Read(c => UserReads.Messages(c, userId, ids));

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => _reads.Read(c => UserReads.Document(c, userId, kind, name));

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Visible(c, userId, afterId, limit));

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Offline(c, userId, afterId, limit));

    public void Dispose()
    {
        _reads.Dispose();
        _lock.Dispose();
    }
}

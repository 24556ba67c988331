using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Reads users from a database while no node runs on it, and keeps one from starting meanwhile. It never creates, migrates or changes anything.
/// </summary>
public sealed class PostgresReader : IUserReads, IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NodeLock _lock;
    private readonly ReadPool _reads;

    private PostgresReader(NpgsqlDataSource source, NodeLock held, ReadPool reads, byte[] secret) => (_source, _lock, _reads, Secret) = (source, held, reads, secret);

    public byte[] Secret { get; }

    /// <exception cref="StoreException">There is no store, a node uses it, or it is of another version; the message says what to do.</exception>
    public static PostgresReader Open(string connectionString)
    {
        var address = new DatabaseAddress(connectionString);
        var source = NpgsqlDataSource.Create(address.Reading(2));
        NodeLock? held = null;
        try
        {
            held = NodeLock.Take(source, "reader", address.Where);
            var reads = new ReadPool(source, 1, address.Where);
            var secret = reads.Read(c =>
            {
                Migrations.SchemaOf(c, address.Where);
                return Migrations.VersionOf(c) == Migrations.Known[^1].Version
                    ? Query.First(c, "SELECT secret FROM cluster", static r => r.GetFieldValue<byte[]>(0))!
                    : throw new StoreException(
                        $"The database at {address.Where} holds no store of this version: start the node of this version once, it brings an older one up to date.");
            });
            return new PostgresReader(source, held, reads, secret);
        }
        catch (Exception e) when (e is StoreException || PostgresFailure.IsFailure(e))
        {
            held?.Dispose();
            source.Dispose();
            throw e is StoreException ? e : new StoreException(PostgresFailure.Advice(e, address.Where), e);
        }
    }

    public IReadOnlyList<string> ListAccounts(string? after, int limit) => _reads.Read(c => UserReads.Accounts(c, after, limit));

    public long? FindAccount(string jid) => _reads.Read(c => UserReads.Find(c, jid));

    public UserRows? LoadUser(long userId, int tailLimit) => _reads.Snapshot(c => UserReads.Load(c, userId, tailLimit));

    public IReadOnlyList<MessageRow> ReadMessages(long userId, IReadOnlyList<long> ids) => _reads.Read(c => UserReads.Messages(c, userId, ids));

    public DocumentRow? ReadDocument(long userId, DocumentKind kind, string name) => _reads.Read(c => UserReads.Document(c, userId, kind, name));

    public IReadOnlyList<MessageRef> ReadVisible(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Visible(c, userId, afterId, limit));

    public IReadOnlyList<MessageRef> ReadOffline(long userId, long afterId, int limit) => _reads.Read(c => UserReads.Offline(c, userId, afterId, limit));

    public void Dispose()
    {
        _reads.Dispose();
        _lock.Dispose();
        _source.Dispose();
    }
}

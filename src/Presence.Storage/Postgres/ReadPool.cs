using System.Data;
using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// A few connections for reads, shared by any number of threads; who finds none free waits. A read that meets a broken connection is tried once more on a new one, for it
/// changes nothing and the server may only have been started again.
/// </summary>
internal sealed class ReadPool(NpgsqlDataSource source, int size, string where) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size, size);
    private volatile bool _closed;

    /// <summary>One statement.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public T Read<T>(Func<NpgsqlConnection, T> read)
    {
        _free.Wait();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            try
            {
                return Once(read);
            }
            catch (NpgsqlException e) when (e is not PostgresException || PostgresFailure.Status(e) == CommitStatus.Unknown)
            {
                source.Clear();
                return Once(read);
            }
        }
        catch (Exception e) when (!_closed && PostgresFailure.IsFailure(e))
        {
            throw new StoreException(PostgresFailure.Advice(e, where), e);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Several statements that see the same moment.</summary>
    /// <exception cref="StoreException">The database cannot be read.</exception>
    public T Snapshot<T>(Func<NpgsqlConnection, T> read) => Read(connection =>
    {
        using var transaction = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        var result = read(connection);
        transaction.Commit();
        return result;
    });

    public void Dispose() => _closed = true;

    private T Once<T>(Func<NpgsqlConnection, T> read)
    {
        using var connection = source.OpenConnection();
        return read(connection);
    }
}

using Presence.Storage.Contracts;

namespace Presence.Storage.Sqlite;

/// <summary>
/// A few read-only connections shared by any number of threads; who finds none free waits. Each read runs in one transaction, thus on one snapshot,
/// and ends it before the connection goes back: an open one would keep the WAL growing.
/// </summary>
internal sealed class ReadPool : IDisposable
{
    private const int CacheKiB = 2048;

    private readonly string _path;
    private readonly string _directory;
    private readonly SemaphoreSlim _free;
    private readonly Stack<Connection> _idle = new();
    private bool _closed;

    public ReadPool(string path, int size)
    {
        _path = path;
        _directory = Path.GetDirectoryName(path)!;
        _free = new SemaphoreSlim(size, size);
    }

    /// <exception cref="StoreException">SQLite reported an error.</exception>
    public T Read<T>(Func<Connection, T> read)
    {
        _free.Wait();
        Connection? connection = null;
        try
        {
            connection = Rent();
            connection.Prepare("BEGIN").Run();
            var result = read(connection);
            connection.Prepare("COMMIT").Run();
            Return(connection);
            return result;
        }
        catch (SqliteFailure failure)
        {
            connection?.Dispose();
            throw new StoreException(failure.Advice(_directory), failure);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        lock (_idle)
        {
            _closed = true;
            while (_idle.TryPop(out var connection))
            {
                connection.Dispose();
            }
        }
    }

    private Connection Rent()
    {
        lock (_idle)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_idle.TryPop(out var connection))
            {
                return connection;
            }
        }

        return Connection.Open(_path, readOnly: true, CacheKiB);
    }

    private void Return(Connection connection)
    {
        lock (_idle)
        {
            if (!_closed)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }
}

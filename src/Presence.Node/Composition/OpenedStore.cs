using Presence.Node.Configuration;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Sqlite;

namespace Presence.Node.Composition;

/// <summary>The store that the configuration names, opened, with the words that operators know it by. It adds nothing to what the store does.</summary>
internal sealed class OpenedStore : IDisposable
{
    private readonly IDisposable _closing;

    private OpenedStore(IStore store, IDisposable closing, string place, string key) => (Store, _closing, Place, Key) = (store, closing, place, key);

    public IStore Store { get; }

    /// <summary>Where the data is, after "commits go through, …".</summary>
    public string Place { get; }

    /// <summary>The setting to look at when it cannot be used.</summary>
    public string Key { get; }

    /// <summary>The one file that a node can copy while it runs; null if the data is elsewhere.</summary>
    public SqliteStore? File => Store as SqliteStore;

    /// <exception cref="StartException">It cannot be opened.</exception>
    public static OpenedStore Open(NodeOptions options, TimeProvider clock)
    {
        var key = options.Store.ConnectionString is null ? $"Data:Directory {options.DataDirectory}" : "Store:ConnectionString";
        try
        {
            if (options.Store.ConnectionString is { } connectionString)
            {
                var database = new PostgresStore(
                    new PostgresOptions { ConnectionString = connectionString, ReadConnections = options.Store.ReadConnections, NodeName = Environment.MachineName }, clock);
                return new OpenedStore(database, database, $"to PostgreSQL at {database.Where}", key);
            }

            var file = new SqliteStore(new SqliteOptions { Directory = options.DataDirectory });
            return new OpenedStore(file, file, $"in {options.DataDirectory}", key);
        }
        catch (StoreException e)
        {
            throw new StartException($"{key}: {e.Message}", e);
        }
    }

    public void Dispose() => _closing.Dispose();
}

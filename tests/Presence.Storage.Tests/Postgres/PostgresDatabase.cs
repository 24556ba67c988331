using Npgsql;
using Presence.Storage.Postgres;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>A database of its own for one test on the shared server, with the tables of a new store of 16 shards; gone with the test.</summary>
public sealed class PostgresDatabase : IDisposable
{
    // Copying one that is ready is several times quicker than making the tables anew.
    private static readonly Lazy<string> s_template = new(MakeTemplate);

    private readonly PostgresCluster _cluster;
    private readonly string _name;

    public PostgresDatabase(bool empty = false) : this(PostgresCluster.Shared, empty ? "template0" : s_template.Value)
    {
    }

    /// <summary>An empty one on another server.</summary>
    public PostgresDatabase(PostgresCluster cluster) : this(cluster, "template0")
    {
    }

    private PostgresDatabase(PostgresCluster cluster, string template)
    {
        (_cluster, _name) = (cluster, cluster.CreateDatabase(template));
    }

    public string ConnectionString => _cluster.ConnectionString(_name);

    internal PostgresOptions Options => new() { ConnectionString = ConnectionString, ShardCount = 16, NodeName = "test" };

    public PostgresStore Open() => new(Options, TimeProvider.System);

    /// <summary>A connection of the test's own, closed by the test.</summary>
    public NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false;Command Timeout=30");
        connection.Open();
        return connection;
    }

    public void Execute(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public T Scalar<T>(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        return (T)command.ExecuteScalar()!;
    }

    public void Dispose() => _cluster.DropDatabase(_name);

    private static string MakeTemplate()
    {
        var cluster = PostgresCluster.Shared;
        var name = cluster.CreateDatabase();
        new PostgresStore(new PostgresOptions { ConnectionString = cluster.ConnectionString(name), ShardCount = 16 }, TimeProvider.System).Dispose();
        return name;
    }
}

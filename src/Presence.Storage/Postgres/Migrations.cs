using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Npgsql;
using Presence.Storage.Contracts;

namespace Presence.Storage.Postgres;

/// <summary>
/// Brings a database to the schema this program knows, one transaction per step, forward only, one program at a time. It never touches tables of a newer version or tables that
/// are not ours.
/// </summary>
internal static class Migrations
{
    private const string Prefix = "postgres/";
    private const int OldestServer = 15;

    // Two numbers of our own, so that no other program's advisory lock is met; the second tells schemas apart.
    private const string Lock = "SELECT pg_advisory_lock(1481461840, hashtext(current_schema()))";
    private const string Unlock = "SELECT pg_advisory_unlock(1481461840, hashtext(current_schema()))";

    /// <summary>The steps in this assembly, in order.</summary>
    public static IReadOnlyList<(int Version, string Name, string Sql)> Known { get; } = Load();

    /// <summary>The schema that the connection's unqualified names mean.</summary>
    /// <exception cref="StoreException">The server or the database cannot be used; the message says what to do.</exception>
    public static string SchemaOf(NpgsqlConnection connection, string where)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
        {
            throw new StoreException($"PostgreSQL at {where} is version {connection.PostgreSqlVersion}: {OldestServer} or newer is needed.");
        }

        var (schema, encoding, standby) = Query.First(
            connection, "SELECT current_schema(), current_setting('server_encoding'), pg_is_in_recovery()",
            static r => (r.IsDBNull(0) ? null : r.GetString(0), r.GetString(1), r.GetBoolean(2)));
        if (standby)
        {
            throw new StoreException($"PostgreSQL at {where} is a standby: let the connection string lead to the primary.");
        }

        if (encoding != "UTF8")
        {
            throw new StoreException($"The database at {where} has the encoding {encoding}: make one with ENCODING 'UTF8' (CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8').");
        }

        return schema ?? throw new StoreException($"The database at {where} has no schema of the search path: make one, or name one with Search Path in the connection string.");
    }

    /// <summary>The version of the schema; 0 if there is none, null if there are tables that are not ours.</summary>
    public static int? VersionOf(NpgsqlConnection connection) =>
        Query.First(connection, "SELECT to_regclass('presence_schema') IS NOT NULL", static r => r.GetBoolean(0))
            ? Query.First(connection, "SELECT coalesce(max(version), 0) FROM presence_schema", static r => r.GetInt32(0))
            : Query.First(
                connection, "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')", static r => r.GetInt64(0)) == 0
                ? 0 : null;

    /// <exception cref="StoreException">The schema is newer than this program, or another program's.</exception>
    public static void Run(NpgsqlConnection connection, int shardCount, string where)
    {
        Query.Run(connection, Lock);
        try
        {
            var newest = Known[^1].Version;
            var version = VersionOf(connection)
                ?? throw new StoreException($"The database at {where} holds tables of another program: use a database, or a schema (Search Path), of its own.");
            if (version > newest)
            {
                throw new StoreException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The database at {where} has schema version {version}, this program knows up to {newest}: start the newer program that wrote it, or restore a backup from before."));
            }

            foreach (var migration in Known.Where(m => m.Version > version))
            {
                Apply(connection, migration);
            }

            Found(connection, shardCount);
        }
        finally
        {
            Query.Run(connection, Unlock);
        }
    }

    private static void Apply(NpgsqlConnection connection, (int Version, string Name, string Sql) migration)
    {
        using var transaction = connection.BeginTransaction();
        Query.Run(connection, "CREATE TABLE IF NOT EXISTS presence_schema (version integer PRIMARY KEY, name text NOT NULL)");
        Query.Run(connection, migration.Sql);
        Query.Run(connection, "INSERT INTO presence_schema (version, name) VALUES ($1, $2)", migration.Version, migration.Name);
        transaction.Commit();
    }

    /// <summary>Writes the one row of a new store, with its secret and its shards; leaves an existing one alone.</summary>
    private static void Found(NpgsqlConnection connection, int shardCount)
    {
        using var transaction = connection.BeginTransaction();
        if (Query.First(connection, "SELECT count(*) FROM cluster", Rows.ToNumber) == 0)
        {
            Query.Run(
                connection, "INSERT INTO cluster (one, view, shard_count, generation, secret) VALUES (1, 1, $1, 1, $2)", shardCount, RandomNumberGenerator.GetBytes(16));
            Query.Run(connection, "INSERT INTO shard (id, epoch, committed) SELECT id, 0, 0 FROM generate_series(0, $1 - 1) AS id", shardCount);
        }

        transaction.Commit();
    }

    private static List<(int Version, string Name, string Sql)> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => (int.Parse(name.AsSpan(Prefix.Length, 4), CultureInfo.InvariantCulture), name[(Prefix.Length + 5)..], Text(assembly, name))),
        ];
    }

    private static string Text(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

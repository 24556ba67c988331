using System.Globalization;
using Npgsql;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Sqlite;

namespace Presence.Storage.Moving;

/// <summary>What was moved. <paramref name="Rows"/> are all rows, accounts and messages included.</summary>
/// <param name="Where">Host and database.</param>
public sealed record StoreMoveResult(string Where, long Accounts, long Messages, long Rows);

/// <summary>
/// Copies everything a stopped node has in SQLite to an empty PostgreSQL, in one transaction: whole or not at all. Sessions go along, so that clients resume as after a restart; so does the
/// secret, so that archive ids stay what they were. It reads the file and never changes it.
/// </summary>
public static class StoreMove
{
    private const int RowsPerReport = 10_000;

    /// <param name="directory">The data directory; no node may use it, and none can while this runs.</param>
    /// <param name="connectionString">The database; no node may use it either, and it may hold tables of ours but no account.</param>
    /// <param name="progress">Table and rows so far, on the calling thread.</param>
    /// <exception cref="StoreException">One of the two cannot be used; nothing was moved.</exception>
    public static StoreMoveResult Run(string directory, string connectionString, Action<string, long> progress, CancellationToken cancellation)
    {
        var path = Path.Combine(directory, SqliteStore.FileName);
        if (!File.Exists(path))
        {
            throw new StoreException($"There is no {SqliteStore.FileName} in {directory}.");
        }

        var address = new DatabaseAddress(connectionString);
        using var held = DataLock.Take(directory);
        StoreRestore.RefuseHalfDone(directory);
        try
        {
            using var source = Connection.Open(path, readOnly: true, cacheKiB: 16 * 1024);
            Sqlite.Migrations.Check(source, path);
            using var database = NpgsqlDataSource.Create(address.Writing);
            using var node = NodeLock.Take(database, "migrate", address.Where);
            using var target = database.OpenConnection();
            Query.Run(target, "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0");
            return Copy(source, target, address.Where, progress, cancellation);
        }
        catch (SqliteFailure failure)
        {
            throw new StoreException(failure.Advice(directory), failure);
        }
        catch (Exception e) when (e is not StoreException && PostgresFailure.IsFailure(e))
        {
            throw new StoreException(PostgresFailure.Advice(e, address.Where), e);
        }
    }

    private static StoreMoveResult Copy(Connection source, NpgsqlConnection target, string where, Action<string, long> progress, CancellationToken cancellation)
    {
        source.Prepare("BEGIN").Run();
        var shards = source.Prepare("SELECT shard_count FROM cluster").Start().First(static s => s.Int32(0));
        Postgres.Migrations.SchemaOf(target, where);
        Postgres.Migrations.Run(target, shards, where);

        long accounts = 0, messages = 0, rows = 0;
        using (var transaction = target.BeginTransaction())
        {
            RefuseUsed(target, where);
            Found(source, target);
            foreach (var table in MovedTable.All)
            {
                var moved = table.Copy(source, target, () =>
                {
                    if (++rows % RowsPerReport == 0)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        progress(table.Name, rows);
                    }
                });
                (accounts, messages) = table.Name switch { "account" => (moved, messages), "message" => (accounts, moved), _ => (accounts, messages) };
            }

            cancellation.ThrowIfCancellationRequested();
            transaction.Commit();
        }

        source.Prepare("COMMIT").Run();

        // The server would find out by itself, but the node is started now.
        Query.Run(target, "ANALYZE");
        return new StoreMoveResult(where, accounts, messages, rows);
    }

    private static void RefuseUsed(NpgsqlConnection target, string where)
    {
        foreach (var table in MovedTable.All)
        {
            if (Query.First(target, $"SELECT EXISTS (SELECT 1 FROM {table.Name})", static r => r.GetBoolean(0)))
            {
                throw new StoreException($"The database at {where} is in use already (table {table.Name} is not empty): migrate to an empty one.");
            }
        }
    }

    /// <summary>Shards keep their epochs, for they may only rise, and the count of their batches; the next start takes them.</summary>
    private static void Found(Connection source, NpgsqlConnection target)
    {
        Query.Run(target, "DELETE FROM node; DELETE FROM shard; DELETE FROM cluster");
        var (view, shards, generation, secret) = source.Prepare("SELECT view, shard_count, generation, secret FROM cluster").Start()
            .First(static s => (s.Int64(0), s.Int32(1), s.Int64(2), s.Blob(3)));
        Query.Run(
            target, "INSERT INTO cluster (one, view, shard_count, generation, secret) VALUES (1, $1, $2, $3, $4)", view, shards, generation, secret);
        using var import = target.BeginBinaryImport("COPY shard (id, shard_group, epoch, committed) FROM STDIN (FORMAT BINARY)");
        var copied = 0;
        source.Prepare("SELECT id, shard_group, epoch, committed FROM shard").Start().Each(s =>
        {
            import.StartRow();
            import.Write(s.Int32(0));
            import.Write(s.Int32(1));
            import.Write(s.Int64(2));
            import.Write(s.Int64(3));
            copied++;
        });
        import.Complete();
        if (copied != shards)
        {
            throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"The SQLite database is damaged: it has {copied} of {shards} shards."));
        }
    }
}

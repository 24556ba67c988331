using Npgsql;
using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Postgres;

/// <summary>What the store finds when it opens a database, and what it says of what it cannot use.</summary>
public sealed class PostgresOpeningTests
{
    [Fact]
    public void An_empty_database_is_given_tables_shards_and_a_secret_once()
    {
        using var database = new PostgresDatabase(empty: true);
        byte[] secret;
        using (var store = database.Open())
        {
            (secret, var shards) = (store.Secret, store.ShardCount);
            Assert.Equal((16, 16), (secret.Length, shards));
        }

        using var again = new PostgresStore(database.Options with { ShardCount = 64 }, TimeProvider.System);
        Assert.Equal(secret, again.Secret);
        Assert.Equal(16, again.ShardCount);
        Assert.Equal(Migrations.Known.Select(m => (long)m.Version).Sum(), database.Scalar<long>("SELECT sum(version) FROM presence_schema"));
    }

    [Fact]
    public async Task Several_nodes_that_open_a_new_database_at_once_make_it_once()
    {
        using var database = new PostgresDatabase(empty: true);
        void Run()
        {
            using var connection = database.Connect();
            Migrations.Run(connection, 16, "here");
        }

        await Task.WhenAll(Task.Run(Run), Task.Run(Run), Task.Run(Run));

        Assert.Equal(16, database.Scalar<long>("SELECT count(*) FROM shard"));
    }

    [Fact]
    public void A_second_node_is_refused_and_told_who_has_the_database()
    {
        using var database = new PostgresDatabase();
        using (database.Open())
        {
            Assert.Contains("Another node uses the database", Refused(database.ConnectionString), StringComparison.Ordinal);
        }

        database.Open().Dispose();
    }

    [Fact]
    public void A_schema_of_a_newer_program_is_not_touched()
    {
        using var database = new PostgresDatabase();
        database.Execute("INSERT INTO presence_schema VALUES (99, 'future')");

        Assert.Contains("schema version 99, this program knows up to 3", Refused(database.ConnectionString), StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_another_program_are_not_touched()
    {
        using var database = new PostgresDatabase(empty: true);
        database.Execute("CREATE TABLE account (x int)");

        Assert.Contains("tables of another program", Refused(database.ConnectionString), StringComparison.Ordinal);
        Assert.Equal(1, database.Scalar<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"));

        // A schema of its own in the same database is free.
        database.Execute("CREATE SCHEMA presence");
        using var store = new PostgresStore(database.Options with { ConnectionString = database.ConnectionString + ";Search Path=presence" }, TimeProvider.System);
        new Writer(store).Write(1, new AccountCreated(Sample.Account(1)));
        Assert.Equal(1, database.Scalar<long>("SELECT count(*) FROM presence.account"));
    }

    [Theory]
    [InlineData("Host=localhost;Nonsense=1", "connection string is wrong")]
    [InlineData("Database=presence", "names no Host")]
    [InlineData("Host=/nowhere;Username=postgres;Database=x", "cannot be reached: check that it runs")]
    public void A_connection_string_that_leads_nowhere_is_told(string connectionString, string expected)
    {
        Assert.Contains(expected, Refused(connectionString), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_that_is_not_there_or_has_another_encoding_is_told()
    {
        var missing = PostgresCluster.Shared.ConnectionString("missing");
        Assert.Contains("There is no such database", Refused(missing), StringComparison.Ordinal);

        using var database = new PostgresDatabase(empty: true);
        database.Execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
        Assert.Contains("encoding LATIN1", Refused(PostgresCluster.Shared.ConnectionString("latin")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_never_part_of_what_is_said()
    {
        Assert.DoesNotContain("s3cret", Refused("Host=/nowhere;Username=postgres;Password=s3cret;Database=x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Commits_are_durable_and_unlimited_whatever_the_role_says()
    {
        using var database = new PostgresDatabase();
        var name = database.Scalar<string>("SELECT current_database()::text");
        database.Execute($"ALTER DATABASE {name} SET synchronous_commit = off");
        database.Execute($"ALTER DATABASE {name} SET statement_timeout = '7s'");
        using var source = NpgsqlDataSource.Create(new DatabaseAddress(database.ConnectionString).Writing);
        using var connection = WriteConnection.Open(source, "presence/test");

        Assert.Equal("on", Query.First(connection.Connection, "SHOW synchronous_commit", Rows.ToText));
        Assert.Equal("0", Query.First(connection.Connection, "SHOW statement_timeout", Rows.ToText));
        Assert.Equal(0, connection.Connection.CommandTimeout);
        Assert.Equal("presence/test", Query.First(connection.Connection, "SHOW application_name", Rows.ToText));
    }

    [Fact]
    public void The_lanes_bear_the_name_of_node_and_incarnation()
    {
        using var database = new PostgresDatabase();
        using var store = database.Open();
        var writer = new Writer(store);
        writer.Write(1);

        Assert.Equal($"presence/test/{writer.Owner}/lane1", database.Scalar<string>("SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'presence/%/lane%'"));
    }

    private static string Refused(string connectionString) =>
        Assert.Throws<StoreException>(() => new PostgresStore(new PostgresOptions { ConnectionString = connectionString }, TimeProvider.System)).Message;
}

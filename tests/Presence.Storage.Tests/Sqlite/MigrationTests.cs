using System.Reflection;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>Files of every released version are brought forward with what is in them; a step that fails leaves the file as it was.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => Path.Combine(_directory.Path, SqliteStore.FileName);

    public void Dispose() => _directory.Dispose();

    private static long Version(Connection connection) => connection.Number("SELECT max(version) FROM schema_version");

    [Fact]
    public void Steps_are_numbered_without_gap()
    {
        Assert.Equal(Enumerable.Range(1, Migrations.Known.Count), Migrations.Known.Select(m => m.Version));
        Assert.Equal("init", Migrations.Known[0].Name);
    }

    [Fact]
    public void A_new_step_is_applied_once()
    {
        using var connection = Connection.Open(FilePath, readOnly: false, 100);
        Migrations.Run(connection, Migrations.Known, FilePath);
        Migration[] next = [.. Migrations.Known, new Migration(Migrations.Known.Count + 1, "add", "CREATE TABLE added (x); INSERT INTO added VALUES (1)")];

        Migrations.Run(connection, next, FilePath);
        Migrations.Run(connection, next, FilePath);

        Assert.Equal(1, connection.Number("SELECT count(*) FROM added"));
        Assert.Equal(next.Length, Version(connection));
        Assert.Throws<StoreException>(() => Migrations.Run(connection, Migrations.Known, FilePath));
    }

    [Fact]
    public void A_step_that_fails_leaves_no_trace()
    {
        using var connection = Connection.Open(FilePath, readOnly: false, 100);
        Migrations.Run(connection, Migrations.Known, FilePath);
        Migration[] next = [.. Migrations.Known, new Migration(Migrations.Known.Count + 1, "bad", "CREATE TABLE added (x); CREATE TABLE account (y)")];

        Assert.Throws<SqliteFailure>(() => Migrations.Run(connection, next, FilePath));

        Assert.Equal(Migrations.Known.Count, Version(connection));
        Assert.Equal(0, connection.Number("SELECT count(*) FROM sqlite_master WHERE name = 'added'"));
        Assert.False(connection.InTransaction);
    }

    [Theory]
    [InlineData(1)]
    public void A_file_of_an_older_release_opens_with_its_data(int version)
    {
        using (var connection = Connection.Open(FilePath, readOnly: false, 100))
        {
            connection.Execute(Fixture($"version-{version}.sql"));
            Assert.Equal(version, Version(connection));
        }

        using var store = new SqliteStore(new SqliteOptions { Directory = _directory.Path });
        using var fresh = new SqliteSubject();
        var writer = new Writer(fresh.Store);
        writer.Write(5, new AccountCreated(Sample.Account(21)));

        // What the old release could hold.
        writer.Write(5, [.. ProjectionContract.Full.Where(e => e is not DocumentStored)]);

        Assert.Equal(16, store.ShardCount);
        Assert.Equal(Sample.Text(fresh.Store.LoadUser(21, 100)), Sample.Text(store.LoadUser(21, 100)));
        Assert.Equal(Sample.Text(fresh.Store.ReadMessages(21, [100, 101, 102])), Sample.Text(store.ReadMessages(21, [100, 101, 102])));
        Assert.Equal(new ShardGrant(5, 2, 2), store.TakeAll(writer.Owner)[5]);
    }

    private static string Fixture(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

using System.Diagnostics;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>Opening the data directory: one process at a time, known versions only, and a message that says what to do.</summary>
public sealed class SqliteOpeningTests : IDisposable
{
    private readonly SqliteSubject _subject = new();

    public void Dispose() => _subject.Dispose();

    private void AssertRefused(string expected)
    {
        var error = Assert.Throws<StoreException>(_subject.Open);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(_subject.Directory, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_open_is_refused_until_the_first_is_closed()
    {
        AssertRefused("in use by another process");
        AssertRefused("fuser");

        _subject.Close();
        _subject.Reopen();
    }

    [Fact]
    public void Another_process_cannot_take_the_lock()
    {
        Assert.NotEqual(0, LockFromOutside());
        _subject.Close();
        Assert.Equal(0, LockFromOutside());
    }

    private int LockFromOutside()
    {
        using var process = Process.Start(new ProcessStartInfo("flock", ["-n", Path.Combine(_subject.Directory, DataLock.FileName), "true"]))!;
        process.WaitForExit();
        return process.ExitCode;
    }

    [Fact]
    public void A_restart_keeps_everything_and_raises_the_epoch()
    {
        var writer = new Writer(_subject.Store);
        writer.Write(5, new AccountCreated(Sample.Account(5)));
        var secret = _subject.Store.Secret;
        Assert.Equal(16, secret.Length);

        _subject.Reopen();

        Assert.Equal(secret, _subject.Store.Secret);
        Assert.Equal("user5@example.org", _subject.Store.LoadUser(5, 1)!.Account.Jid);
        Assert.Equal([ShardOutcome.Committed], _subject.Store.Commit(writer.Batch(writer.Part(5, new JidBlocked(5, "same@epoch")))).Outcomes);
        Assert.Equal(new ShardGrant(5, 2, 2), _subject.Store.TakeAll(new Incarnation(Guid.NewGuid()))[5]);
        Assert.Equal([ShardOutcome.Fenced], _subject.Store.Commit(writer.Batch(writer.Part(6))).Outcomes);
    }

    [Fact]
    public void Two_stores_have_different_secrets()
    {
        using var other = new SqliteSubject();
        Assert.NotEqual(_subject.Store.Secret, other.Store.Secret);
    }

    [Fact]
    public void The_number_of_shards_is_fixed_at_creation()
    {
        _subject.Close();
        using var store = new SqliteStore(new SqliteOptions { Directory = _subject.Directory, ShardCount = 32 });

        Assert.Equal(16, store.ShardCount);
        Assert.Equal(16, store.TakeAll(new Incarnation(Guid.NewGuid())).Count);
    }

    [Fact]
    public void Only_the_owner_may_read_the_files()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes.");
            return;
        }

        var writer = new Writer(_subject.Store);
        writer.Write(5, new AccountCreated(Sample.Account(5)));
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

        foreach (var suffix in new[] { "", "-wal" })
        {
            Assert.Equal(default, File.GetUnixFileMode(_subject.FilePath + suffix) & others);
        }
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        _subject.Close();
        Change("INSERT INTO schema_version (version, name) VALUES (9999, 'future')");
        var before = File.ReadAllBytes(_subject.FilePath);

        AssertRefused("schema version 9999");

        Assert.Equal(before, File.ReadAllBytes(_subject.FilePath));
        Change("DELETE FROM schema_version WHERE version = 9999");
        _subject.Reopen();
    }

    [Fact]
    public void Another_program_s_database_is_refused()
    {
        _subject.Close();
        File.Delete(_subject.FilePath);
        Change("CREATE TABLE theirs (x)");

        AssertRefused("another program");
    }

    [Fact]
    public void A_damaged_file_is_refused()
    {
        _subject.Close();
        File.WriteAllText(_subject.FilePath, string.Concat(Enumerable.Repeat("This is not a database. ", 400)));

        AssertRefused("damaged");
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_told()
    {
        var file = Path.Combine(_subject.Directory, "file");
        File.WriteAllText(file, "");

        var error = Assert.Throws<StoreException>(() => new SqliteStore(new SqliteOptions { Directory = Path.Combine(file, "data") }));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    private void Change(string sql)
    {
        using var connection = Connection.Open(_subject.FilePath, readOnly: false, 100);
        connection.Execute(sql);
    }
}

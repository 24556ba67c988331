using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>Copies of a database that is written on, and what becomes of one that is put back: nothing of a past may pass for the present.</summary>
public sealed class BackupTests : IDisposable
{
    private const long User = 21;
    private const int Shard = 5;

    private readonly SqliteSubject _subject = new();
    private readonly TemporaryDirectory _elsewhere = new();
    private readonly Writer _writer;

    public BackupTests() => _writer = new Writer(_subject.Store);

    private string Target => Path.Combine(_elsewhere.Path, "backup.db");

    private string Restored => Path.Combine(_elsewhere.Path, "data");

    public void Dispose()
    {
        _subject.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task A_copy_made_while_commits_go_on_is_of_one_moment_and_later_than_its_beginning()
    {
        _writer.Write(Shard, new AccountCreated(Sample.Account(User)));
        Write(1, 400);
        var written = 400;
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Write(written + 1, 1);
                Interlocked.Increment(ref written);
            }
        });

        // Each step waits until a commit went through beside it.
        var steps = new List<BackupProgress>();
        var result = _subject.Sqlite.Backup(
            Target,
            p =>
            {
                steps.Add(p);
                var seen = Volatile.Read(ref written);
                SpinWait.SpinUntil(() => Volatile.Read(ref written) > seen + 5 || writing.IsCompleted, TimeSpan.FromSeconds(20));
            },
            CancellationToken.None);
        await stop.CancelAsync();
        await writing;

        Assert.True(steps.Count > 1 && steps[^1].Bytes == steps[^1].TotalBytes, string.Join(", ", steps));
        Assert.Equal((Target, new FileInfo(Target).Length, 1L), (result.File, result.Bytes, result.Accounts));
        Assert.Equal([Target], Directory.GetFiles(_elsewhere.Path));
        OwnersOnly(Target);
        StoreRestore.Run(Restored, Target, DateTimeOffset.UnixEpoch, CancellationToken.None);
        using var copy = new SqliteStore(new SqliteOptions { Directory = Restored });
        var ids = copy.ReadVisible(User, 0, int.MaxValue).Select(r => (int)r.Id).ToList();
        Assert.Equal(Enumerable.Range(1, ids.Count), ids);
        Assert.InRange(ids.Count, 400, written - 1);
    }

    [Fact]
    public void What_is_called_off_leaves_no_file_and_what_exists_is_not_replaced()
    {
        Write(1, 400);
        using var called = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => _subject.Sqlite.Backup(Target, _ => called.Cancel(), called.Token));
        Assert.Empty(Directory.GetFiles(_elsewhere.Path));
        File.WriteAllText(Target, "mine");
        Assert.Throws<StoreException>(() => _subject.Sqlite.Backup(Target, _ => { }, CancellationToken.None));
        Assert.Equal("mine", File.ReadAllText(Target));
        Assert.Throws<StoreException>(() => _subject.Sqlite.Backup(Path.Combine(_elsewhere.Path, "none", "x"), _ => { }, CancellationToken.None));
    }

    [Fact]
    public void No_session_and_no_roster_version_of_a_backup_lives_on_and_messages_do()
    {
        _writer.Write(
            Shard,
            new AccountCreated(Sample.Account(User)), new SessionStored(Sample.Session(User, 1) with { Phase = SessionPhase.Attached, ExpiresAt = 0 }),
            new SessionDocStored(Sample.Doc(User, 1)), new MessageStored(Sample.Message(User, 100)));
        _writer.Write(Shard, new SessionStored(Sample.Session(User, 2)), new SessionDocStored(Sample.Doc(User, 2)));
        _writer.Write(Shard, new SessionEnded(User, 2, Sample.Session(User, 2).Connection, new TombstoneRow(User, "sm-old", 9, 9)));
        Backup();

        var now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var result = StoreRestore.Run(Restored, Target, now, CancellationToken.None);

        Assert.Equal((1L, 1L, null), (result.Accounts, result.Sessions, result.Aside));
        using var store = new SqliteStore(new SqliteOptions { Directory = Restored });
        var user = store.LoadUser(User, 100)!;
        var session = Assert.Single(user.Sessions);
        Assert.Equal((SessionPhase.Disconnected, 1L), (session.Phase, session.ExpiresAt));
        Assert.Null(Assert.Single(user.Docs).SmId);
        Assert.Empty(user.Tombstones);
        Assert.Equal(Sample.Account(User).RosterVersion + 1_700_000_000, user.Account.RosterVersion);
        Assert.Equal([100L], store.ReadVisible(User, 0, 10).Select(r => r.Id));
        Assert.Equal(_subject.Store.Secret, store.Secret);
        OwnersOnly(Path.Combine(Restored, SqliteStore.FileName));
    }

    [Fact]
    public void What_was_there_is_kept_aside_with_what_only_its_log_holds()
    {
        Backup();
        Write(1, 3);
        var crashed = Directory.CreateDirectory(Restored);
        foreach (var file in new[] { SqliteStore.FileName, SqliteStore.FileName + "-wal" })
        {
            File.Copy(Path.Combine(_subject.Directory, file), Path.Combine(crashed.FullName, file));
        }

        var aside = StoreRestore.Run(Restored, Target, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), CancellationToken.None).Aside!;

        Assert.Equal(Path.Combine(Restored, "presence.db.before-20260102T030405Z"), aside);
        using (var store = new SqliteStore(new SqliteOptions { Directory = Restored }))
        {
            Assert.Empty(store.ReadVisible(User, 0, 10));
        }

        var old = Directory.CreateDirectory(Path.Combine(_elsewhere.Path, "old")).FullName;
        File.Move(aside, Path.Combine(old, SqliteStore.FileName));
        File.Move(aside + "-wal", Path.Combine(old, SqliteStore.FileName + "-wal"));
        using var before = new SqliteStore(new SqliteOptions { Directory = old });
        Assert.Equal([1L, 2, 3], before.ReadVisible(User, 0, 10).Select(r => r.Id));
    }

    [Fact]
    public void A_file_that_is_no_whole_backup_is_refused_and_nothing_changes()
    {
        Backup();
        var damaged = File.ReadAllBytes(Target);
        var middle = damaged.Length / 2;
        damaged.AsSpan(middle, 8192).Fill(0x55);
        Refused("damaged", damaged);
        Refused("database", "not one at all, but long enough to be read as a header of one hundred bytes, or so it may seem to whoever reads it"u8.ToArray());
        Refused("does not exist", null);
        File.WriteAllText(Target + "-wal", "frames");
        Refused("is no backup but the file of a node", File.ReadAllBytes(Target));
        File.Delete(Target + "-wal");
        Assert.Contains("itself", Throws(Path.Combine(_subject.Directory, SqliteStore.FileName), _subject.Directory), StringComparison.Ordinal);
    }

    [Fact]
    public void While_a_node_runs_nothing_is_restored_and_nothing_read_directly()
    {
        Backup();
        Assert.Contains("in use by another process", Throws(Target, _subject.Directory), StringComparison.Ordinal);
        Assert.Throws<StoreException>(() => StoreReader.Open(_subject.Directory));
        Assert.Throws<StoreException>(() => StoreBackup.OfStopped(_subject.Directory, Target + "2", _ => { }, CancellationToken.None));
        _subject.Close();
        Assert.NotNull(StoreRestore.Run(_subject.Directory, Target, DateTimeOffset.UnixEpoch, CancellationToken.None).Aside);
        Assert.Equal(0, StoreBackup.OfStopped(_subject.Directory, Target + "2", _ => { }, CancellationToken.None).Accounts);
    }

    [Fact]
    public void After_an_interrupted_restore_no_node_starts_until_it_was_done_again()
    {
        Backup();
        Directory.CreateDirectory(Restored);
        File.WriteAllText(Path.Combine(Restored, "presence.restoring"), "");
        Assert.Contains("restore' again", Assert.Throws<StoreException>(() => new SqliteStore(new SqliteOptions { Directory = Restored })).Message, StringComparison.Ordinal);
        StoreRestore.Run(Restored, Target, DateTimeOffset.UnixEpoch, CancellationToken.None);
        new SqliteStore(new SqliteOptions { Directory = Restored }).Dispose();
    }

    private void Backup() => _subject.Sqlite.Backup(Target, _ => { }, CancellationToken.None);

    private void Write(int first, int count)
    {
        for (var id = first; id < first + count; id++)
        {
            _writer.Write(Shard, new MessageStored(Sample.Message(User, id) with { Body = new byte[20_000] }));
        }
    }

    private void Refused(string why, byte[]? content)
    {
        var file = Path.Combine(_elsewhere.Path, "bad.db");
        File.Delete(file);
        if (content is not null)
        {
            File.WriteAllBytes(file, content);
        }

        if (File.Exists(Target + "-wal"))
        {
            file = Target;
        }

        Directory.CreateDirectory(Restored);
        File.WriteAllText(Path.Combine(Restored, SqliteStore.FileName), "old");
        Assert.Contains(why, Throws(file, Restored), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("old", File.ReadAllText(Path.Combine(Restored, SqliteStore.FileName)));
        Assert.Equal(["presence.db"], Directory.GetFiles(Restored).Select(Path.GetFileName).Where(f => f != "presence.lock"));
    }

    private static void OwnersOnly(string file) =>
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

    private static string Throws(string file, string directory) =>
        Assert.Throws<StoreException>(() => StoreRestore.Run(directory, file, DateTimeOffset.UnixEpoch, CancellationToken.None)).Message;
}

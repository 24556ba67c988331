using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;
using SQLitePCL;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>What a commit answers when SQLite fails, by the real errors where they can be provoked.</summary>
public sealed class SqliteFaultTests : IDisposable
{
    private const long User = 5;

    private readonly SqliteSubject _subject = new();
    private readonly Writer _writer;

    public SqliteFaultTests()
    {
        _writer = new Writer(_subject.Store);
        _writer.Write(5, new AccountCreated(Sample.Account(User)));
    }

    public void Dispose() => _subject.Dispose();

    private SqliteStore Store => _subject.Sqlite;

    private GuardedBatch Blocking(string jid) => _writer.Batch(_writer.Part(5, new JidBlocked(User, jid)));

    private IReadOnlyList<string> Blocked => Store.LoadUser(User, 1)!.Blocked;

    private void AssertWrittenOnResend(GuardedBatch batch)
    {
        Assert.Equal([ShardOutcome.Committed], Store.Commit(batch).Outcomes);
        _writer.Advance(5);
        _writer.Write(5, new JidBlocked(User, "next"));
        Assert.Equal(["a", "next"], Blocked);
    }

    [Fact]
    public void A_full_disk_is_unavailable_says_where_and_the_resend_is_written()
    {
        var pages = Store.Connection.Number("PRAGMA page_count");
        Store.Connection.Execute($"PRAGMA max_page_count={pages}");
        var large = new MessageStored(Sample.Message(User, 1) with { Body = new byte[1 << 20] });
        var batch = _writer.Batch(_writer.Part(5, new JidBlocked(User, "a"), large));

        var answer = Store.Commit(batch);

        Assert.Equal(CommitStatus.Unavailable, answer.Status);
        Assert.Contains($"free space in {_subject.Directory}", answer.Reason, StringComparison.Ordinal);
        Assert.Empty(Blocked);
        Assert.Equal(CommitStatus.Unavailable, Store.Commit(batch).Status);
        Store.Connection.Execute("PRAGMA max_page_count=1000000");
        AssertWrittenOnResend(batch);
        Assert.Single(Store.ReadMessages(User, [1]));
    }

    [Fact]
    public void A_read_only_database_is_unavailable_and_says_so()
    {
        Store.Connection.Execute("PRAGMA query_only=ON");
        var batch = Blocking("a");

        var answer = Store.Commit(batch);

        Assert.Equal(CommitStatus.Unavailable, answer.Status);
        Assert.Contains("may not be written", answer.Reason, StringComparison.Ordinal);
        Store.Connection.Execute("PRAGMA query_only=OFF");
        AssertWrittenOnResend(batch);
    }

    [Fact]
    public void A_lock_held_by_another_program_is_unavailable()
    {
        var batch = Blocking("a");
        using (var shell = Connection.Open(_subject.FilePath, readOnly: false, 100))
        {
            shell.Execute("BEGIN IMMEDIATE");
            var answer = Store.Commit(batch);
            Assert.Equal(CommitStatus.Unavailable, answer.Status);
            Assert.Contains("Another program", answer.Reason, StringComparison.Ordinal);
        }

        AssertWrittenOnResend(batch);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_commit_that_fails_with_an_io_error_is_unknown_and_the_resend_finds_out(bool written)
    {
        Store.Writer.CommitFault = commit =>
        {
            if (written)
            {
                commit();
            }

            return raw.SQLITE_IOERR_FSYNC;
        };
        var batch = Blocking("a");

        var answer = Store.Commit(batch);

        Assert.Equal(CommitStatus.Unknown, answer.Status);
        Assert.Empty(answer.Outcomes);
        Assert.Equal(written ? ["a"] : [], Blocked);
        Store.Writer.CommitFault = null;
        AssertWrittenOnResend(batch);
    }

    [Theory]
    [InlineData(raw.SQLITE_BUSY)]
    [InlineData(raw.SQLITE_FULL)]
    public void A_commit_refused_before_its_record_is_whole_is_unavailable(int code)
    {
        Store.Writer.CommitFault = _ => code;
        var batch = Blocking("a");

        Assert.Equal(CommitStatus.Unavailable, Store.Commit(batch).Status);
        Assert.Empty(Blocked);
        Store.Writer.CommitFault = null;
        AssertWrittenOnResend(batch);
    }

    [Fact]
    public void A_value_the_schema_forbids_is_rejected_and_the_store_goes_on()
    {
        var answer = Store.Commit(_writer.Batch(_writer.Part(5, new JidBlocked(User, "x"), new JidBlocked(User, null!))));

        Assert.Equal(CommitStatus.Rejected, answer.Status);
        Assert.Empty(Blocked);
        AssertWrittenOnResend(Blocking("a"));
    }

    [Fact]
    public void An_event_that_cannot_be_projected_is_rejected()
    {
        var answer = Store.Commit(_writer.Batch(_writer.Part(5, new JidBlocked(User, "x"), new MessagesDropped(User, null!))));

        Assert.Equal(CommitStatus.Rejected, answer.Status);
        AssertWrittenOnResend(Blocking("a"));
    }

    [Theory]
    [InlineData(raw.SQLITE_FULL, true)]
    [InlineData(raw.SQLITE_IOERR_WRITE, true)]
    [InlineData(raw.SQLITE_IOERR_SHMMAP, true)]
    [InlineData(raw.SQLITE_READONLY_DBMOVED, true)]
    [InlineData(raw.SQLITE_BUSY_SNAPSHOT, true)]
    [InlineData(raw.SQLITE_LOCKED, true)]
    [InlineData(raw.SQLITE_CANTOPEN, true)]
    [InlineData(raw.SQLITE_NOMEM, true)]
    [InlineData(raw.SQLITE_CORRUPT, true)]
    [InlineData(raw.SQLITE_CONSTRAINT_UNIQUE, false)]
    [InlineData(raw.SQLITE_CONSTRAINT_NOTNULL, false)]
    [InlineData(raw.SQLITE_MISUSE, false)]
    [InlineData(raw.SQLITE_TOOBIG, false)]
    [InlineData(raw.SQLITE_ERROR, false)]
    public void Errors_that_may_pass_are_told_from_defects(int code, bool mayPass)
    {
        var failure = new SqliteFailure(code, "text");

        Assert.Equal(mayPass, failure.MayPass);
        Assert.Equal(!mayPass, failure.Advice("/data").Contains("defect", StringComparison.Ordinal));
    }

    [Fact]
    public void A_closed_store_takes_no_batch()
    {
        var store = Store;
        var batch = Blocking("a");
        _subject.Close();

        Assert.Equal(CommitStatus.Unavailable, store.Commit(batch).Status);
        Assert.False(store.Idle());
        Assert.Throws<ObjectDisposedException>(() => store.LoadUser(User, 1));
        Assert.Throws<ObjectDisposedException>(() => store.TakeAll(_writer.Owner));
    }
}

using System.Text;
using Presence.Storage.Contracts;
using Presence.Storage.Moving;
using Presence.Storage.Postgres;
using Presence.Storage.Sqlite;
using Presence.Storage.Tests.Contract;
using Presence.Storage.Tests.Postgres;

namespace Presence.Storage.Tests.Moving;

/// <summary>What lies in SQLite lies in PostgreSQL after the move, all of it or nothing, and an owner goes on where it was.</summary>
public sealed class StoreMoveTests : IDisposable
{
    private const int Shard = 5;

    private readonly SqliteSubject _file = new();
    private readonly PostgresDatabase _database = new(empty: true);

    public void Dispose()
    {
        _file.Dispose();
        _database.Dispose();
    }

    private StoreMoveResult Move(CancellationToken cancellation = default)
    {
        _file.Close();
        return StoreMove.Run(_file.Directory, _database.ConnectionString, (_, _) => { }, cancellation);
    }

    private PostgresStore Open() => new(_database.Options with { ShardCount = 64 }, TimeProvider.System);

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void Any_history_is_the_same_afterwards(int seed)
    {
        var random = new Random(seed);
        var writer = new Writer(_file.Store);
        for (var step = 0; step < 400; step++)
        {
            var user = random.Next(6);
            if (_file.Store.Commit(writer.Batch(writer.Part(user, DifferentialTests.Event(random, user)))) is { Status: CommitStatus.Answered })
            {
                writer.Advance(user);
            }
        }

        var (before, secret) = (DifferentialTests.Everything(_file.Store), _file.Store.Secret);
        var grant = writer.Grant(Shard);

        var moved = Move();

        using var store = Open();
        Assert.Equal(before, DifferentialTests.Everything(store));
        Assert.Equal(secret, store.Secret);
        Assert.Equal(store.ListAccounts(null, 100).Count, moved.Accounts);
        Assert.Equal(new ShardGrant(Shard, grant.Epoch + 1, grant.Committed), store.TakeAll(writer.Owner)[Shard]);
        Assert.Equal(16, store.ShardCount);
    }

    [Fact]
    public void Every_field_of_every_table_comes_over()
    {
        const long user = 21;
        var writer = new Writer(_file.Store);
        writer.Write(
            Shard,
            [
                new AccountCreated(Sample.Account(user) with { Archive = Sample.Preferences() }), new SessionStored(Sample.Session(user, 9)),
                new SessionEnded(user, 9, 3, new TombstoneRow(user, "t", 1, 1)), .. ProjectionContract.Full,
                new PushRegistered(Sample.Registration(user, "m") with { Muted = ["ü@d", "\"q\""] }), new OutboxAppended(Sample.Outbox(5, 6, 7, 0)), new OutboxAccepted(5, 6, 7),
                new AccountCreated(Sample.Account(7)), new MessageStored(Sample.Message(7, 70)), new AccountRemoved(7),
            ]);
        string Read(IStore store) => Sample.Text(new
        {
            User = store.LoadUser(user, 100), Bodies = store.ReadMessages(user, [100, 101, 102]), Card = store.ReadDocument(user, DocumentKind.VCard, ""),
            Keys = store.ReadCredentials(user), Erasing = store.IsErasing(7), Outbox = store.ReadOutbox(), Cursors = store.ReadOutboxCursors(),
        });
        var before = Read(_file.Store);

        var moved = Move();

        using var store = Open();
        Assert.Equal(before, Read(store));
        Assert.True(store.Erase(10));
        Assert.Equal((1, 4), (moved.Accounts, moved.Messages));
        Assert.All(MovedTable.All.Where(t => t.Name != "erasing"), t => Assert.NotEqual(0, _database.Scalar<long>($"SELECT count(*) FROM {t.Name}")));
    }

    [Fact]
    public void No_table_and_no_column_is_forgotten()
    {
        Move();
        var known = MovedTable.All.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Column}")).Order(StringComparer.Ordinal);

        Assert.Equal(known, _database.Scalar<string[]>(
            """
            SELECT array_agg(c.relname || '.' || a.attname ORDER BY (c.relname || '.' || a.attname) COLLATE "C") FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT a.attisdropped
                AND c.relname NOT IN ('cluster', 'node', 'shard', 'presence_schema', 'message_month')
            """));
        using var file = Connection.Open(_file.FilePath, readOnly: true, cacheKiB: 1024);
        Assert.Equal(known, file.Prepare(
            """
            SELECT t.name || '.' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT IN ('cluster', 'node', 'shard', 'schema_version') ORDER BY 1
            """).Start().All(static s => s.Text(0)));
    }

    [Fact]
    public void What_cannot_be_moved_whole_is_not_moved_at_all_and_can_be_moved_later()
    {
        var writer = new Writer(_file.Store);
        writer.Write(Shard, [new AccountCreated(Sample.Account(21)), .. ProjectionContract.Full]);
        writer.Write(Shard, new MessageStored(Sample.Message(21, 200) with { Why = "a zero: \0" }));

        Assert.Contains("22021", Assert.Throws<StoreException>(() => Move()).Message, StringComparison.Ordinal);
        Assert.Equal(0, _database.Scalar<long>("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM message)"));

        _file.Reopen();
        new Writer(_file.Store).Write(Shard, new MessagesDropped(21, [200]));
        Assert.Equal((1, 3), (Move().Accounts, (int)_database.Scalar<long>("SELECT count(*) FROM message")));
    }

    [Fact]
    public void A_move_that_is_called_off_moves_nothing()
    {
        new Writer(_file.Store).Write(Shard, new AccountCreated(Sample.Account(21)));
        using var called = new CancellationTokenSource();
        called.Cancel();

        Assert.Throws<OperationCanceledException>(() => Move(called.Token));
        Assert.Equal(0, _database.Scalar<long>("SELECT count(*) FROM account"));
        Assert.Equal(1, Move().Accounts);
    }

    [Fact]
    public void A_file_in_use_and_a_database_in_use_are_refused()
    {
        var open = Assert.Throws<StoreException>(() => StoreMove.Run(_file.Directory, _database.ConnectionString, (_, _) => { }, default));
        Assert.Contains("in use by another process", open.Message, StringComparison.Ordinal);

        using (var store = Open())
        {
            Assert.Contains("Another node uses the database", Assert.Throws<StoreException>(() => Move()).Message, StringComparison.Ordinal);
            new Writer(store).Write(Shard, new JidBlocked(1, Encoding.UTF8.GetString("a@b"u8)));
        }

        Assert.Contains("table blocked is not empty", Assert.Throws<StoreException>(() => Move()).Message, StringComparison.Ordinal);
    }
}

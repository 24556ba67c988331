using Presence.Storage.Contracts;
using Presence.Storage.Postgres;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Postgres;

/// <summary>The message log lies in months, and nobody who reads or writes it notices.</summary>
public sealed class MessageMonthTests : IDisposable
{
    private const long User = 5;

    private readonly PostgresDatabase _database = new();
    private readonly PostgresStore _store;
    private readonly DateTimeOffset _month;

    public MessageMonthTests()
    {
        _store = _database.Open();
        _month = new DateTimeOffset(_database.Scalar<DateTime>("SELECT min(month) FROM message_month"), TimeSpan.Zero);
    }

    public void Dispose()
    {
        _store.Dispose();
        _database.Dispose();
    }

    private static long Id(DateTimeOffset time) => time.ToUnixTimeMilliseconds() << 20;

    private long[] IdsIn(string table) => _database.Scalar<long[]>($"SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM {table}");

    private string Table(int ahead) => _month.AddMonths(ahead).ToString("'message_'yyyy_MM", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void A_row_lies_in_the_month_of_its_id_and_is_found_wherever_it_lies()
    {
        long[] ids = [1, Id(_month) - 1, Id(_month), Id(_month.AddMonths(1)) - 1, Id(_month.AddMonths(1)), Id(_month.AddMonths(40))];
        var writer = new Writer(_store);
        writer.Write(5, [new AccountCreated(Sample.Account(User)), .. ids.Select(id => new MessageStored(Sample.Message(User, id)))]);

        Assert.Equal(ids[..2], IdsIn("message_before"));
        Assert.Equal(ids[2..4], IdsIn(Table(0)));
        Assert.Equal(ids[4..5], IdsIn(Table(1)));
        Assert.Equal(ids[5..], IdsIn("message_after"));
        Assert.Equal(ids, _store.ReadVisible(User, 0, 10).Select(m => m.Id));
        Assert.Equal(ids[^1], _store.LoadUser(User, 1)!.Account.LastId);
        var page = _store.ReadArchive(new ArchiveQuery(User, null, null, null, null, ids[1], ids[5], true, 2, long.MaxValue));
        Assert.Equal(ids[3..5], page.Rows.Select(m => m.Id));
        Assert.Equal((6, 3), (page.Count, page.FirstIndex));

        writer.Write(5, new MessageRewritten(User, ids[3], MessageFlags.Visible, [1]), new MessagesDropped(User, [ids[0], ids[4]]), new MessageStored(Sample.Message(User, ids[5], "new@x")));
        Assert.Equal([ids[1], ids[2], ids[3], ids[5]], _store.ReadVisible(User, 0, 10).Select(m => m.Id));
        Assert.Equal("new@x", _store.ReadMessages(User, [ids[5]])[0].Peer);
    }

    [Fact]
    public void New_months_are_made_and_take_over_what_already_lies_beyond()
    {
        var (third, fourth, later) = (Id(_month.AddMonths(3)), Id(_month.AddMonths(4)) + 7, Id(_month.AddMonths(5)));
        new Writer(_store).Write(5, [new AccountCreated(Sample.Account(User)), .. new[] { third, fourth, later }.Select(id => new MessageStored(Sample.Message(User, id)))]);
        Assert.Equal([third, fourth, later], IdsIn("message_after"));

        Assert.Equal(2, _database.Scalar<int>("SELECT make_months(4)"));
        Assert.Equal(0, _database.Scalar<int>("SELECT make_months(4)"));

        Assert.Equal([third], IdsIn(Table(3)));
        Assert.Equal([fourth], IdsIn(Table(4)));
        Assert.Equal([later], IdsIn("message_after"));
        Assert.Equal([third, fourth, later], _store.ReadVisible(User, 0, 10).Select(m => m.Id));
    }

    [Fact]
    public void A_month_that_is_due_is_made_in_idle_time_and_not_while_somebody_reads_for_long()
    {
        var time = new FakeTime();
        _store.Dispose();
        using var store = new PostgresStore(_database.Options, time);
        _database.Execute($"DELETE FROM message_month WHERE month = '{_month.AddMonths(2):yyyy-MM-dd}'");
        _database.Execute($"ALTER TABLE message DETACH PARTITION message_after; DROP TABLE message_after, {Table(2)}; CREATE TABLE message_after PARTITION OF message "
            + $"FOR VALUES FROM ({Id(_month.AddMonths(2))}) TO (MAXVALUE)");
        using (var reader = _database.Connect())
        using (var reading = reader.BeginTransaction())
        {
            using var command = new Npgsql.NpgsqlCommand("SELECT count(*) FROM message", reader);
            command.ExecuteScalar();
            time.Now += TimeSpan.FromHours(7);
            Assert.False(store.Idle());
            Assert.Equal(2, _database.Scalar<long>("SELECT count(*) FROM message_month"));
        }

        Assert.False(store.Idle());
        Assert.Equal(2, _database.Scalar<long>("SELECT count(*) FROM message_month"));
        time.Now += TimeSpan.FromHours(7);
        Assert.False(store.Idle());
        Assert.Equal(3, _database.Scalar<long>("SELECT count(*) FROM message_month"));
    }

    [Fact]
    public void Trimming_reaches_every_month()
    {
        long[] ids = [1, Id(_month), Id(_month.AddMonths(1)), Id(_month.AddMonths(1)) + 1];
        new Writer(_store).Write(5, [new AccountCreated(Sample.Account(User)), .. ids.Select(id => new MessageStored(Sample.Message(User, id)))]);

        Assert.Equal(3, _store.TrimArchive(ids[3], 100));
        Assert.Equal(ids[3..], _store.ReadVisible(User, 0, 10).Select(m => m.Id));
    }

    private sealed class FakeTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}

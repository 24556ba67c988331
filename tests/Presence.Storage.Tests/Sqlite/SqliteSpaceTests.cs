using Presence.Storage.Contracts;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>Neither the WAL nor the file grows with what has been delivered and dropped.</summary>
public sealed class SqliteSpaceTests
{
    private const long User = 5;

    private static long Size(string path) => new FileInfo(path).Length;

    private static StoreEvent[] Deliver(int round, int from, int count) =>
    [
        .. Enumerable.Range(from, count).SelectMany(i => new StoreEvent[]
        {
            new MessageStored(Sample.Message(User, (round * 10_000L) + i, flags: MessageFlags.None) with { Body = new byte[400] }),
            new DeliveryNumbered(Sample.Delivery(User, 1, (round * 10_000L) + i, (round * 10_000L) + i)),
            new OutboxAppended(Sample.Outbox(5, 6, (round * 10_000L) + i, 0) with { Body = new byte[400] }),
        }),
    ];

    private static StoreEvent[] Settle(int round, int from, int count) =>
    [
        new DeliveryAcknowledged(User, 1, (round * 10_000L) + from + count - 1),
        new MessagesDropped(User, [.. Enumerable.Range(from, count).Select(i => (round * 10_000L) + i)]),
        new OutboxTrimmed(5, 6, (round * 10_000L) + from + count - 1),
    ];

    private static void Round(Writer writer, int round)
    {
        for (var i = 0; i < 1000; i += 50)
        {
            writer.Write(5, Deliver(round, i, 50));
        }

        for (var i = 0; i < 1000; i += 100)
        {
            writer.Write(5, Settle(round, i, 100));
        }
    }

    [Fact]
    public void Twenty_rounds_of_thousand_messages_need_no_more_than_one()
    {
        using var subject = new SqliteSubject();
        var writer = new Writer(subject.Store);
        Round(writer, 0);
        Round(writer, 1);
        subject.Reopen();
        var first = Size(subject.FilePath);
        writer = new Writer(subject.Store);
        for (var round = 2; round < 22; round++)
        {
            Round(writer, round);
        }

        subject.Reopen();
        Assert.InRange(Size(subject.FilePath), 1, first + (64 * 1024));
    }

    [Fact]
    public void Idle_time_gives_back_what_was_freed()
    {
        using var subject = new SqliteSubject();
        var writer = new Writer(subject.Store);
        for (var i = 0; i < 8000; i += 200)
        {
            writer.Write(5, Deliver(0, i, 200));
        }

        subject.Reopen();
        var full = Size(subject.FilePath);
        writer = new Writer(subject.Store);
        writer.Write(5, Settle(0, 0, 8000));
        var steps = 0;
        while (subject.Store.Idle())
        {
            Assert.InRange(++steps, 1, 1000);
        }

        Assert.True(steps > 1, "the work is done in bounded steps");
        subject.Reopen();
        Assert.InRange(Size(subject.FilePath), 1, full / 2);
        Assert.Empty(subject.Store.ReadOutbox());
    }

    [Fact]
    public void The_wal_is_bounded_without_any_idle_time()
    {
        const long limit = 512 * 1024;
        using var subject = new SqliteSubject(o => o with { WalLimit = limit });
        var writer = new Writer(subject.Store);
        for (var round = 0; round < 5; round++)
        {
            Round(writer, round);
            _ = subject.Store.LoadUser(User, 10);

            // One batch may pass the bound before it is looked at; the frame headers come on top.
            Assert.InRange(Size(subject.FilePath + "-wal"), 1, 2 * limit);
        }
    }

    [Fact]
    public void A_reader_that_holds_the_wal_delays_its_bound_but_not_the_commits()
    {
        const long limit = 256 * 1024;
        using var subject = new SqliteSubject(o => o with { WalLimit = limit });
        var writer = new Writer(subject.Store);
        using (var shell = Presence.Storage.Sqlite.Connection.Open(subject.FilePath, readOnly: true, 100))
        {
            shell.Execute("BEGIN");
            Assert.Equal(0, shell.Number("SELECT count(*) FROM message"));
            Round(writer, 0);
            Assert.True(Size(subject.FilePath + "-wal") > 2 * limit);
            Assert.Equal(0, shell.Number("SELECT count(*) FROM message"));
        }

        Round(writer, 1);
        Round(writer, 2);
        Assert.InRange(Size(subject.FilePath + "-wal"), 1, 2 * limit);
    }
}

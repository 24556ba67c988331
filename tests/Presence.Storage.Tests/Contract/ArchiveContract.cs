using Presence.Storage.Contracts;
using Presence.Storage.Tests.Postgres;

namespace Presence.Storage.Tests.Contract;

public sealed class SqliteArchiveTests() : ArchiveContract(new SqliteSubject());

public sealed class PostgresArchiveTests() : ArchiveContract(new PostgresSubject());

public sealed class MemoryArchiveTests() : ArchiveContract(new MemorySubject());

/// <summary>Paging of the archive (XEP-0313, XEP-0059), the offline cursor and retention.</summary>
public abstract class ArchiveContract(StoreSubject subject) : IDisposable
{
    private const long User = 21;
    private const int Shard = 5;

    private readonly Writer _writer = new(subject.Store);

    private IStore Store => subject.Store;

    public void Dispose()
    {
        subject.Dispose();
        GC.SuppressFinalize(this);
    }

    private static ArchiveQuery All(int max) => new(User, null, null, null, null, null, null, false, max, long.MaxValue);

    private void Messages(params (long Id, string Peer, string? Resource, MessageFlags Flags)[] rows) =>
        _writer.Write(Shard, [.. rows.Select(r => new MessageStored(Sample.Message(User, r.Id, r.Peer, r.Flags, r.Resource)))]);

    private void TenMessages() => Messages([.. Enumerable.Range(1, 10).Select(i => (
        i * 10L, i % 2 == 0 ? "even@x" : "odd@x", i % 3 == 0 ? "r" : null, i == 5 ? MessageFlags.None : MessageFlags.Visible))]);

    private (long[] Ids, bool Complete, int Count, int First) Page(ArchiveQuery query)
    {
        var page = Store.ReadArchive(query);
        Assert.False(page.UnknownId);
        return ([.. page.Rows.Select(r => r.Id)], page.Complete, page.Count, page.FirstIndex);
    }

    private static void Same((long[] Ids, bool Complete, int Count, int First) actual, long[] ids, bool complete, int count, int first)
    {
        Assert.Equal(ids, actual.Ids);
        Assert.Equal((complete, count, first), (actual.Complete, actual.Count, actual.First));
    }

    [Fact]
    public void Pages_forward_and_backward_meet_the_counts()
    {
        TenMessages();

        Same(Page(All(3)), [10, 20, 30], false, 9, 0);
        Same(Page(All(3) with { AfterId = 30 }), [40, 60, 70], false, 9, 3);
        Same(Page(All(3) with { AfterId = 70 }), [80, 90, 100], true, 9, 6);
        Same(Page(All(3) with { AfterId = 100 }), [], true, 9, 0);
        Same(Page(All(3) with { Backwards = true }), [80, 90, 100], false, 9, 6);
        Same(Page(All(4) with { Backwards = true, BeforeId = 60 }), [10, 20, 30, 40], true, 9, 0);
        Same(Page(All(2) with { BeforeId = 60 }), [10, 20], false, 9, 0);
        Same(Page(All(0)), [], false, 9, 0);
        Same(Page(All(100)), [10, 20, 30, 40, 60, 70, 80, 90, 100], true, 9, 0);
    }

    [Fact]
    public void Visible_rows_are_walked_without_bodies_from_any_id_on()
    {
        TenMessages();

        Assert.Equal([40L, 60, 70], Store.ReadVisible(User, 30, 3).Select(r => r.Id));
        Assert.Equal([90L, 100], Store.ReadVisible(User, 85, 3).Select(r => r.Id));
        Assert.Empty(Store.ReadVisible(User, 100, 3));
        Assert.Equal(Store.ReadMessages(User, [40])[0].Body.Length, Store.ReadVisible(User, 30, 1)[0].Size);
    }

    [Fact]
    public void What_waits_beyond_the_rows_that_are_loaded_is_summed_up()
    {
        _writer.Write(Shard, new AccountCreated(Sample.Account(User) with { DeliveredAny = 10, LastId = 60 }));
        Messages([.. Enumerable.Range(1, 5).Select(i => (i * 10L, "x@x", (string?)null, i == 4 ? MessageFlags.Visible : MessageFlags.Offline))]);

        var size = Store.ReadMessages(User, [50])[0].Body.Length;
        Assert.Equal((2, size), (Store.LoadUser(User, 2)!.Backlog.Count, Store.LoadUser(User, 2)!.BacklogBytesBeyond));
        Assert.Equal((3, 0), (Store.LoadUser(User, 4)!.Backlog.Count, Store.LoadUser(User, 4)!.BacklogBytesBeyond));
    }

    [Fact]
    public void An_account_is_found_by_its_address_until_it_is_removed()
    {
        _writer.Write(Shard, new AccountCreated(Sample.Account(User, "a@x")));
        Assert.Equal((User, (long?)null), (Store.FindAccount("a@x"), Store.FindAccount("b@x")));
        _writer.Write(Shard, new AccountRemoved(User));
        Assert.Null(Store.FindAccount("a@x"));
    }

    [Fact]
    public void Filters_narrow_page_and_counts()
    {
        TenMessages();

        Same(Page(All(2) with { With = "odd@x" }), [10, 30], false, 4, 0);
        Same(Page(All(9) with { With = "odd@x", WithResource = "r" }), [30, 90], true, 2, 0);
        Same(Page(All(9) with { With = "nobody@x" }), [], true, 0, 0);
        Same(Page(All(2) with { StartId = 20, EndId = 70, AfterId = 30 }), [40, 60], false, 5, 2);
        Same(Page(All(9) with { StartId = 20, EndId = 70 }), [20, 30, 40, 60, 70], true, 5, 0);
        Same(Page(All(9) with { StartId = 70, EndId = 20 }), [], true, 0, 0);
        Same(Page(All(9) with { Snapshot = 30 }), [10, 20, 30], true, 3, 0);
    }

    [Fact]
    public void An_id_that_is_no_row_of_the_user_is_unknown()
    {
        TenMessages();
        _writer.Write(Shard, new MessageStored(Sample.Message(22, 15)));

        Assert.True(Store.ReadArchive(All(3) with { AfterId = 15 }).UnknownId);
        Assert.True(Store.ReadArchive(All(3) with { BeforeId = 15, Backwards = true }).UnknownId);
        Assert.True(Store.ReadArchive(All(3) with { AfterId = 40, Snapshot = 30 }).UnknownId);
        Assert.False(Store.ReadArchive(All(3) with { AfterId = 40, With = "odd@x" }).UnknownId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_queries_agree_with_a_plain_filter(int seed)
    {
        var random = new Random(seed);
        var rows = RandomRows(random);
        _writer.Write(Shard, [.. rows.Select(r => new MessageStored(r))]);
        _writer.Write(Shard, new MessageStored(Sample.Message(User + 1, 7)), new MessageStored(Sample.Message(User - 1, 7)));

        for (var i = 0; i < 400; i++)
        {
            var query = RandomQuery(random, rows);
            Assert.Equal(Sample.Text(Oracle(rows, query)), Sample.Text(Store.ReadArchive(query)));
        }
    }

    private static List<MessageRow> RandomRows(Random random) =>
    [
        .. Enumerable.Range(1, 120).Where(_ => random.Next(4) != 0).Select(i => Sample.Message(
            User, i, $"p{random.Next(3)}@x", random.Next(4) == 0 ? MessageFlags.Offline : MessageFlags.Visible | MessageFlags.Outgoing,
            random.Next(3) switch { 0 => null, 1 => "a", _ => "b" })),
    ];

    private static ArchiveQuery RandomQuery(Random random, List<MessageRow> rows)
    {
        long? Bound(int odds) => random.Next(odds) == 0 ? random.Next(0, 125) : null;
        long? Id(int odds) => random.Next(odds) == 0 ? (random.Next(8) == 0 ? random.Next(130) : rows[random.Next(rows.Count)].Id) : null;
        var with = random.Next(2) == 0 ? $"p{random.Next(4)}@x" : null;
        return new ArchiveQuery(
            User, with, with is not null && random.Next(2) == 0 ? "a" : null, Bound(3), Bound(3), Id(3), Id(3), random.Next(2) == 0, random.Next(0, 12),
            random.Next(3) == 0 ? random.Next(0, 130) : long.MaxValue);
    }

    /// <summary>One row at a time, by the words of the contract.</summary>
    private static ArchivePage Oracle(List<MessageRow> rows, ArchiveQuery q)
    {
        foreach (var id in new[] { q.AfterId, q.BeforeId })
        {
            if (id is { } asked && !rows.Exists(r => r.Id == asked && r.Id <= q.Snapshot))
            {
                return new ArchivePage([], false, 0, 0, true);
            }
        }

        var matching = new List<MessageRow>();
        foreach (var row in rows)
        {
            var seen = (row.Flags & MessageFlags.Visible) != 0 && row.Id <= q.Snapshot;
            var timely = row.Id >= (q.StartId ?? 0) && row.Id <= (q.EndId ?? 1000);
            var right = q.With is null || (row.Peer == q.With && (q.WithResource is null || row.PeerResource == q.WithResource));
            if (seen && timely && right)
            {
                matching.Add(row);
            }
        }

        var between = matching.FindAll(r => r.Id > (q.AfterId ?? 0) && r.Id < (q.BeforeId ?? 1000));
        var start = q.Backwards ? Math.Max(0, between.Count - q.Max) : 0;
        var page = between.GetRange(start, Math.Min(q.Max, between.Count));
        return new ArchivePage(page, page.Count == between.Count, matching.Count, page.Count == 0 ? 0 : matching.IndexOf(page[0]), false);
    }

    [Fact]
    public void A_conversation_is_searched_for_bytes_newest_first_and_no_further_than_asked()
    {
        const MessageFlags Seen = MessageFlags.Visible;
        Messages(
            (10, "a@x", null, Seen), (11, "a@x", null, Seen), (12, "b@x", null, Seen), (13, "a@x", null, MessageFlags.Offline), (14, "a@x", null, Seen),
            (15, "a@x", null, Seen), (21, "a@x", null, Seen));

        Assert.Equal([15L, 14, 11, 10], Found("'1", before: 99));
        Assert.Equal([15L, 14], Found("'1", before: 99, limit: 2));
        Assert.Equal([15L, 14], Found("'1", before: 99, look: 3));
        Assert.Equal([14L, 11], Found("'1", before: 15, look: 2));
        Assert.Equal([21L], Found("id='21'", before: 99));
        Assert.Empty(Found("id='3", before: 99));

        long[] Found(string text, long before, int look = 100, int limit = 100) =>
            [.. Store.SearchConversation(User, "a@x", before, System.Text.Encoding.UTF8.GetBytes(text), look, limit).Select(m => m.Id)];
    }

    [Fact]
    public void Offline_rows_are_those_that_came_in_and_wait()
    {
        const MessageFlags waits = MessageFlags.Offline | MessageFlags.Visible;
        Messages(
            (10, "a@x", null, waits), (20, "a@x", null, MessageFlags.Visible), (30, "a@x", null, waits | MessageFlags.Outgoing),
            (40, "me@x", null, waits | MessageFlags.Outgoing | MessageFlags.ToSelf), (50, "a@x", null, MessageFlags.Offline), (60, "a@x", null, waits));

        Assert.Equal([10L, 40, 50, 60], Store.ReadOffline(User, 0, 10).Select(m => m.Id));
        Assert.Equal([40L, 50], Store.ReadOffline(User, 10, 2).Select(m => m.Id));
        Assert.Empty(Store.ReadOffline(User, 60, 2));
    }

    [Fact]
    public void Trimming_spares_what_somebody_needs()
    {
        const MessageFlags waits = MessageFlags.Offline | MessageFlags.Visible;
        _writer.Write(Shard, new AccountCreated(Sample.Account(User) with { DeliveredAny = 25 }), new AccountCreated(Sample.Account(30)));
        Messages(
            (10, "a@x", null, waits), (20, "a@x", null, MessageFlags.Visible), (30, "a@x", null, waits), (40, "a@x", null, MessageFlags.None),
            (50, "a@x", null, MessageFlags.Visible), (60, "a@x", null, MessageFlags.Visible), (70, "a@x", null, MessageFlags.Visible));
        _writer.Write(
            Shard, new SessionStored(Sample.Session(User, 1, cursor: 55)), new DeliveryNumbered(Sample.Delivery(User, 1, 1, 20)),
            new MessageStored(Sample.Message(30, 10)), new MessageStored(Sample.Message(30, 70)));

        Assert.Equal(4, TrimAll(65));

        Assert.Equal([20L, 30, 60, 70], Store.ReadMessages(User, [10, 20, 30, 40, 50, 60, 70]).Select(m => m.Id));
        Assert.Equal([70L], Store.ReadMessages(30, [10, 70]).Select(m => m.Id));
        Assert.Equal(0, TrimAll(65));

        // The newest row goes, the id it had is not given out again.
        _writer.Write(Shard, new MessageStored(Sample.Message(30, 80)));
        Assert.Equal(2, TrimAll(85));
        Assert.Equal(80, Store.LoadUser(30, 1)!.Account.LastId);
    }

    [Fact]
    public void Trimming_is_bounded_and_goes_on()
    {
        foreach (var user in new long[] { 1, 2, 3 })
        {
            _writer.Write(
                Shard, [new AccountCreated(Sample.Account(user)), .. Enumerable.Range(1, 5).Select(i => new MessageStored(Sample.Message(user, i)))]);
        }

        Assert.Equal(4, Store.TrimArchive(100, 4));
        Assert.Equal(4, Store.TrimArchive(100, 4));
        Assert.Equal(7, Store.TrimArchive(100, 100));
        Assert.Equal(0, Store.TrimArchive(100, 100));
    }

    private int TrimAll(long olderThan)
    {
        int step, sum = 0;
        do
        {
            sum += step = Store.TrimArchive(olderThan, 1);
        }
        while (step > 0);

        return sum;
    }
}

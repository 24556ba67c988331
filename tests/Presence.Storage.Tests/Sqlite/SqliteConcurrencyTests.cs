using Presence.Storage.Contracts;
using Presence.Storage.Tests.Contract;

namespace Presence.Storage.Tests.Sqlite;

/// <summary>Reads run on several threads beside the commits, each on one snapshot.</summary>
public sealed class SqliteConcurrencyTests
{
    [Fact]
    public void Every_read_sees_whole_batches_and_all_that_was_committed_before()
    {
        const long user = 5;
        const int batches = 150;
        using var subject = new SqliteSubject(o => o with { ReadConnections = 2, WalLimit = 64 * 1024 });
        var store = subject.Store;
        var writer = new Writer(store);
        writer.Write(5, new AccountCreated(Sample.Account(user) with { RosterVersion = 0 }));
        var committed = 0;
        var errors = new List<Exception>();
        var readers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            try
            {
                for (var last = 0L; last < batches;)
                {
                    var before = Volatile.Read(ref committed);
                    var rows = store.LoadUser(user, 10)!;

                    // Each batch adds one contact, blocks one name and counts the version up: three tables of one moment.
                    Assert.Equal((rows.Account.RosterVersion, rows.Account.RosterVersion), (rows.Roster.Count, rows.Blocked.Count));
                    Assert.True(rows.Account.RosterVersion >= Math.Max(before, last));
                    last = rows.Account.RosterVersion;
                }
            }
            catch (Exception e)
            {
                lock (errors)
                {
                    errors.Add(e);
                }
            }
        })).ToList();
        readers.ForEach(t => t.Start());

        for (var i = 1; i <= batches; i++)
        {
            writer.Write(5, new RosterItemStored(Sample.Item(user, $"c{i}@x"), i), new JidBlocked(user, $"b{i}@x"));
            Volatile.Write(ref committed, i);
        }

        readers.ForEach(t => t.Join());
        Assert.Empty(errors);
    }
}

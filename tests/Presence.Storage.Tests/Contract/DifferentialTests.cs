using Presence.Storage.Contracts;
using Presence.Storage.Tests.Postgres;
using Presence.Tests.Shared;

namespace Presence.Storage.Tests.Contract;

/// <summary>Random histories leave the same rows in every store, take-overs and refused batches included.</summary>
public sealed class DifferentialTests
{
    private const int Users = 6;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void SQLite_agrees_with_memory_after_any_history(int seed) => Agree(new SqliteSubject(), seed);

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void PostgreSQL_agrees_with_memory_after_any_history(int seed) => Agree(new PostgresSubject(), seed);

    private static void Agree(StoreSubject subject, int seed)
    {
        using var real = subject;
        var memory = new MemoryStore(16);
        var random = new Random(seed);
        var (a, b) = (new Writer(real.Store), new Writer(memory));
        for (var step = 0; step < 150; step++)
        {
            if (random.Next(40) == 0)
            {
                real.Reopen();
                memory = memory.Fork();
                (a, b) = (new Writer(real.Store, step), new Writer(memory, step));
            }

            var writes = Enumerable.Range(0, Users).Where(_ => random.Next(3) == 0)
                .Select(shard => (Shard: shard, Events: UntilRemoval(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Event(random, shard))), Off: random.Next(30) == 0))
                .ToList();
            GuardedBatch Batch(Writer w) => w.Batch([.. writes.Select(x => w.Part(x.Shard, x.Events) is var p && x.Off ? p with { Base = p.Base + 1 } : p)]);
            var (left, right) = (real.Store.Commit(Batch(a)), memory.Commit(Batch(b)));

            Assert.Equal((left.Status, string.Join(",", left.Outcomes)), (right.Status, string.Join(",", right.Outcomes)));
            foreach (var (write, outcome) in writes.Zip(left.Outcomes).Where(x => x.Second == ShardOutcome.Committed))
            {
                a.Advance(write.Shard);
                b.Advance(write.Shard);
            }

            // No event of a user follows on a removal before its data is gone.
            while (real.Store.Erase(3))
            {
            }

            if (random.Next(20) == 0)
            {
                Assert.Equal(memory.TrimArchive(15, 4), real.Store.TrimArchive(15, 4));
            }

            if (step % 5 == 0)
            {
                Assert.Equal(Everything(memory), Everything(real.Store));
            }
        }

        Assert.Equal(Everything(memory), Everything(real.Store));
    }

    private static StoreEvent[] UntilRemoval(IEnumerable<StoreEvent> events)
    {
        var all = events.ToArray();
        var removal = Array.FindIndex(all, e => e is AccountRemoved);
        return removal < 0 ? all : all[..(removal + 1)];
    }

    /// <summary>All that can be read of the users of a history.</summary>
    internal static string Everything(IStore store)
    {
        var ids = Enumerable.Range(0, 30).Select(i => (long)i).ToList();
        return Sample.Text(new
        {
            Users = Enumerable.Range(0, Users).Select(u => new
            {
                Rows = store.LoadUser(u, 100),
                Messages = store.ReadMessages(u, ids),
                Offline = store.ReadOffline(u, 3, 5),
                VCard = store.ReadDocument(u, DocumentKind.VCard, ""),
                Archive = store.ReadArchive(new ArchiveQuery(u, "p1@x", null, null, null, null, null, true, 5, 25)),
            }),
            Outbox = store.ReadOutbox(),
            Cursors = store.ReadOutboxCursors(),
            Sessions = store.ReadSessions(),
            Pushes = store.ReadPushOutbox(),
            Accounts = store.ListAccounts(null, 100),
        });
    }

    /// <summary>Any event of a user that has one of the numbers of a history.</summary>
    internal static StoreEvent Event(Random r, int user)
    {
        var (n, id, no) = (r.Next(4), r.Next(30), r.Next(3));
        return r.Next(27) switch
        {
            0 => new AccountCreated(Sample.Account(user, r.Next(10) == 0 ? "shared@x" : null)),
            1 when r.Next(3) == 0 => new AccountRemoved(user),
            2 when r.Next(3) == 0 => new ArchivePreferencesChanged(user, Sample.Preferences() with { Default = (ArchiveDefault)(id % 3) }),
            2 => new CredentialsChanged(user, Sample.Keys((byte)id)),
            3 => new AccountCursorsMoved(user, id, id + 1),
            4 or 5 => new SessionStored(Sample.Session(user, no, n, id)),
            6 => new SessionDocStored(Sample.Doc(user, no) with { Since = id }),
            7 => new SessionEnded(user, no, n, r.Next(2) == 0 ? null : new TombstoneRow(user, $"t{r.Next(20)}", id, r.Next(9))),
            8 or 9 or 10 => new MessageStored(Sample.Message(user, id, $"p{n}@x", (MessageFlags)(r.Next(128) & ~4))),
            11 when r.Next(2) == 0 => new MessageRewritten(user, id, (MessageFlags)r.Next(1 << 18), [(byte)n]),
            11 => new MessagesDropped(user, [id, id + 1]),
            12 or 13 => new DeliveryNumbered(Sample.Delivery(user, no, id, r.Next(30))),
            14 => new DeliveryAcknowledged(user, no, id),
            15 => r.Next(3) == 0 ? new DeliveryCleared(user, no) : new PushUnregistered(user, "push.example.org", $"n{n}"),
            16 => new PushRegistered(Sample.Registration(user, $"n{n}") with { Pushed = id, Muted = id % 2 == 0 ? null : ["x@y"] }),
            17 => new PushScheduled(Sample.Push(user, $"p{n}@x") with { LatestId = id }),
            18 => new PushRemoved(user, "push.example.org", "n1", $"p{n}@x"),
            19 => new RosterItemStored(Sample.Item(user, $"p{n}@x") with { Name = $"{id}" }, id),
            20 => new RosterItemRemoved(user, $"p{n}@x", id),
            21 => r.Next(2) == 0 ? new JidBlocked(user, $"p{n}@x") : new JidUnblocked(user, $"p{n}@x"),
            22 => new OutboxAppended(Sample.Outbox(user, n, id, id - 1)),
            23 => new OutboxTrimmed(user, n, id),
            24 => new DocumentStored(n == 0 ? Sample.Document(user, "", DocumentKind.VCard) with { Mark = $"{id}" } : Sample.Document(user, $"n{n}")),
            25 => n == 0 ? new DocumentRemoved(user, DocumentKind.VCard, "") : new DocumentRemoved(user, DocumentKind.Private, $"n{n}"),
            _ => new OutboxAccepted(user, n, id),
        };
    }
}

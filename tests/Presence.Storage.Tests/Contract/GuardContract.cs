using Presence.Storage.Contracts;
using Presence.Storage.Tests.Postgres;

namespace Presence.Storage.Tests.Contract;

public sealed class SqliteGuardTests() : GuardContract(new SqliteSubject());

public sealed class PostgresGuardTests() : GuardContract(new PostgresSubject());

public sealed class MemoryGuardTests() : GuardContract(new MemorySubject());

/// <summary>Who may write, and what is answered (cluster-protocol 5.3; S4, S7).</summary>
public abstract class GuardContract(StoreSubject subject) : IDisposable
{
    private IStore Store => subject.Store;

    public void Dispose()
    {
        subject.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Every_start_of_an_owner_raises_the_epoch_of_every_shard()
    {
        var first = Store.TakeAll(new Incarnation(Guid.NewGuid()));
        var second = Store.TakeAll(new Incarnation(Guid.NewGuid()));

        Assert.Equal(Enumerable.Range(0, 16), first.Select(g => g.Shard));
        Assert.All(second.Zip(first), pair => Assert.Equal(pair.Second.Epoch + 1, pair.First.Epoch));
        Assert.All(second, g => Assert.Equal(0, g.Committed));
    }

    [Fact]
    public void Committed_counts_batches()
    {
        var writer = new Writer(Store);
        writer.Write(3, new AccountCreated(Sample.Account(3)), new JidBlocked(3, "a@b"));
        writer.Write(3, new JidBlocked(3, "c@d"));

        Assert.Equal(2, Store.TakeAll(writer.Owner)[3].Committed);
        Assert.Equal(0, Store.TakeAll(writer.Owner)[4].Committed);
    }

    [Fact]
    public void An_old_epoch_is_fenced_and_leaves_no_trace()
    {
        var old = new Writer(Store);
        _ = new Writer(Store, number: 1);

        AssertRefused(old, ShardOutcome.Fenced);
    }

    [Fact]
    public void Another_owner_is_fenced_even_with_the_right_epoch_and_base()
    {
        var writer = new Writer(Store);
        var batch = writer.Batch(writer.Part(3, new AccountCreated(Sample.Account(3)))) with { Owner = new Incarnation(Guid.NewGuid()) };

        Assert.Equal([ShardOutcome.Fenced], Store.Commit(batch).Outcomes);
        Assert.Null(Store.LoadUser(3, 10));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Another_base_is_impossible_and_leaves_no_trace(int offset)
    {
        var writer = new Writer(Store);
        writer.Write(3, new JidBlocked(3, "a@b"));
        var part = writer.Part(3, new AccountCreated(Sample.Account(3)));

        var answer = Store.Commit(writer.Batch(part with { Base = part.Base + offset }));

        Assert.Equal((CommitStatus.Answered, ShardOutcome.Impossible), (answer.Status, answer.Outcomes.Single()));
        Assert.Null(Store.LoadUser(3, 10));
    }

    [Fact]
    public void An_identical_resend_is_committed_and_not_written_again()
    {
        var writer = new Writer(Store);
        var batch = writer.Batch(writer.Part(3, new AccountCreated(Sample.Account(3)), new JidBlocked(3, "a@b")));

        Assert.Equal([ShardOutcome.Committed], Store.Commit(batch).Outcomes);

        // Were the events projected again, the second account would violate the key.
        Assert.Equal([ShardOutcome.Committed], Store.Commit(batch).Outcomes);
        Assert.Equal(1, Store.TakeAll(writer.Owner)[3].Committed);
    }

    [Fact]
    public void A_resend_after_another_batch_is_impossible()
    {
        var writer = new Writer(Store);
        var batch = writer.Batch(writer.Part(3, new JidBlocked(3, "a@b")));
        Store.Commit(batch);
        writer.Advance(3);
        writer.Write(3, new JidBlocked(3, "c@d"));

        Assert.Equal([ShardOutcome.Impossible], Store.Commit(batch).Outcomes);
    }

    [Fact]
    public void A_resend_after_a_take_over_is_fenced()
    {
        var writer = new Writer(Store);
        var batch = writer.Batch(writer.Part(3, new JidBlocked(3, "a@b")));
        Store.Commit(batch);
        Store.TakeAll(writer.Owner);

        Assert.Equal([ShardOutcome.Fenced], Store.Commit(batch).Outcomes);
    }

    [Fact]
    public void A_part_that_is_refused_does_not_hinder_the_others()
    {
        var writer = new Writer(Store);
        var batch = writer.Batch(
            writer.Part(1, new AccountCreated(Sample.Account(1))),
            writer.Part(2, new AccountCreated(Sample.Account(2))) with { Epoch = 0 },
            writer.Part(3, new AccountCreated(Sample.Account(3))) with { Base = 9 },
            writer.Part(4, new AccountCreated(Sample.Account(4))));
        ShardOutcome[] expected = [ShardOutcome.Committed, ShardOutcome.Fenced, ShardOutcome.Impossible, ShardOutcome.Committed];

        Assert.Equal(expected, Store.Commit(batch).Outcomes);
        Assert.Equal(expected, Store.Commit(batch).Outcomes);
        Assert.Equal([true, false, false, true], new long[] { 1, 2, 3, 4 }.Select(user => Store.LoadUser(user, 1) is not null));
    }

    [Fact]
    public void A_batch_with_a_row_that_violates_the_schema_is_rejected_whole()
    {
        var writer = new Writer(Store);
        writer.Write(1, new AccountCreated(Sample.Account(1)));
        var batch = writer.Batch(
            writer.Part(0, new JidBlocked(1, "a@b")),
            writer.Part(1, new JidBlocked(1, "c@d"), new AccountCreated(Sample.Account(1, "other@example.org"))));

        var answer = Store.Commit(batch);

        Assert.Equal(CommitStatus.Rejected, answer.Status);
        Assert.NotNull(answer.Reason);
        Assert.Empty(answer.Outcomes);
        Assert.Empty(Store.LoadUser(1, 1)!.Blocked);
        writer.Write(1, new JidBlocked(1, "still@works"));
    }

    [Fact]
    public void A_second_account_of_the_same_name_is_rejected()
    {
        var writer = new Writer(Store);
        writer.Write(1, new AccountCreated(Sample.Account(1, "same@example.org")));

        Assert.Equal(CommitStatus.Rejected, Store.Commit(writer.Batch(writer.Part(2, new AccountCreated(Sample.Account(2, "same@example.org"))))).Status);
        Assert.Equal(["same@example.org"], Store.ListAccounts(null, 10));
    }

    [Fact]
    public void Shards_that_do_not_ascend_are_rejected()
    {
        // A shard named twice would find its own first part and take it for an earlier attempt: the second part would be lost.
        var writer = new Writer(Store);
        var twice = writer.Batch(writer.Part(1, new JidBlocked(1, "a@b")), writer.Part(1, new JidBlocked(1, "c@d")));

        Assert.Equal(CommitStatus.Rejected, Store.Commit(twice).Status);
        Assert.Equal(0, Store.TakeAll(writer.Owner)[1].Committed);
    }

    [Fact]
    public void A_batch_without_events_still_counts()
    {
        var writer = new Writer(Store);
        writer.Write(5);

        Assert.Equal(1, Store.TakeAll(writer.Owner)[5].Committed);
    }

    private void AssertRefused(Writer writer, ShardOutcome outcome)
    {
        var answer = Store.Commit(writer.Batch(writer.Part(3, new AccountCreated(Sample.Account(3)))));
        Assert.Equal((CommitStatus.Answered, outcome), (answer.Status, answer.Outcomes.Single()));
        Assert.Null(Store.LoadUser(3, 10));
    }
}

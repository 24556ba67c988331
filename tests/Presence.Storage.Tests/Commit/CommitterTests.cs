using System.Collections.Concurrent;
using Presence.Storage.Commit;
using Presence.Storage.Contracts;

namespace Presence.Storage.Tests.Commit;

/// <summary>The commit thread: one batch on the way, the identical one sent until it is answered.</summary>
public sealed class CommitterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly CommitterTimings Fast = new()
    {
        AfterUnknown = TimeSpan.FromMilliseconds(1), AfterUnavailable = TimeSpan.FromMilliseconds(1), Longest = TimeSpan.FromMilliseconds(4),
        Idle = TimeSpan.FromMilliseconds(1), IdleStep = TimeSpan.FromMilliseconds(1),
    };

    private static GuardedBatch Batch(int number) => new(new Guid(number, 0, 0, new byte[8]), new Incarnation(Guid.NewGuid()), [new ShardWrite(1, 1, number, [])]);

    [Fact]
    public void A_batch_is_answered_once_on_the_commit_thread()
    {
        var store = new ScriptedStore();
        using var answers = new BlockingCollection<(Guid Batch, int Attempts, string? Thread)>();
        using var committer = new Committer(store, (a, n) => answers.Add((a.BatchId, n, Thread.CurrentThread.Name)), timings: Fast, name: "lane 0");

        Assert.True(committer.TrySubmit(Batch(1)));

        Assert.True(answers.TryTake(out var answer, Patience));
        Assert.Equal((Batch(1).BatchId, 1, "lane 0"), answer);
        Assert.True(committer.Stop(Patience));
        Assert.Empty(answers);
    }

    [Fact]
    public void The_identical_batch_is_sent_until_answered_and_trouble_is_told_once_per_change()
    {
        var store = new ScriptedStore(
            (CommitStatus.Unknown, "u"), (CommitStatus.Unknown, "u"), (CommitStatus.Unavailable, "full"), (CommitStatus.Unavailable, "full"),
            (CommitStatus.Unavailable, "read-only"));
        using var answers = new BlockingCollection<(CommitAnswer Answer, int Attempts)>();
        var troubles = new ConcurrentQueue<CommitTrouble>();
        using var committer = new Committer(store, (a, n) => answers.Add((a, n)), troubles.Enqueue, Fast);
        var batch = Batch(1);
        committer.TrySubmit(batch);

        Assert.True(answers.TryTake(out var answer, Patience));
        Assert.Equal((CommitStatus.Answered, 6), (answer.Answer.Status, answer.Attempts));
        Assert.All(store.Batches, sent => Assert.Same(batch, sent));
        Assert.Equal(
            [
                new CommitTrouble(CommitStatus.Unknown, "u", 1, false), new CommitTrouble(CommitStatus.Unavailable, "full", 3, false),
                new CommitTrouble(CommitStatus.Unavailable, "read-only", 5, false), new CommitTrouble(CommitStatus.Unavailable, "read-only", 6, true),
            ],
            troubles);
    }

    [Fact]
    public void A_rejected_batch_is_not_sent_again()
    {
        var store = new ScriptedStore((CommitStatus.Rejected, "schema"));
        using var answers = new BlockingCollection<(CommitAnswer Answer, int Attempts)>();
        var troubles = new ConcurrentQueue<CommitTrouble>();
        using var committer = new Committer(store, (a, n) => answers.Add((a, n)), troubles.Enqueue, Fast);
        committer.TrySubmit(Batch(1));

        Assert.True(answers.TryTake(out var answer, Patience));
        Assert.Equal((CommitStatus.Rejected, 1), (answer.Answer.Status, answer.Attempts));
        Assert.True(committer.Stop(Patience));
        Assert.Single(store.Batches);
        Assert.Empty(troubles);
    }

    [Fact]
    public void Only_one_batch_is_on_the_way_and_the_next_may_be_submitted_from_the_answer()
    {
        using var attempted = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var store = new ScriptedStore
        {
            Always = () =>
            {
                attempted.Set();
                return release.Wait(Patience) ? null : throw new TimeoutException();
            },
        };
        using var answers = new BlockingCollection<Guid>();
        Committer? self = null;
        var chained = true;
        using var committer = new Committer(
            store,
            (a, _) =>
            {
                if (a.BatchId == Batch(1).BatchId)
                {
                    chained = self!.TrySubmit(Batch(2)) && !self.TrySubmit(Batch(3));
                }

                answers.Add(a.BatchId);
            },
            timings: Fast);
        self = committer;

        Assert.True(committer.TrySubmit(Batch(1)));
        Assert.True(attempted.Wait(Patience));
        Assert.False(committer.TrySubmit(Batch(9)));
        release.Set();

        Assert.True(answers.TryTake(out var first, Patience));
        Assert.True(answers.TryTake(out var second, Patience));
        Assert.True(chained);
        Assert.Equal([Batch(1).BatchId, Batch(2).BatchId], [first, second]);
    }

    [Fact]
    public void Idle_time_is_lent_to_the_store_while_it_has_work()
    {
        var store = new ScriptedStore();
        using var committer = new Committer(store, (_, _) => { }, timings: Fast);

        Assert.True(store.Idled.Wait(Patience));
    }

    [Fact]
    public void Stopping_waits_for_the_answer_within_its_grace()
    {
        var attempts = 0;
        using var tried = new ManualResetEventSlim();
        using var repaired = new ManualResetEventSlim();
        var store = new ScriptedStore
        {
            Always = () =>
            {
                tried.Set();
                attempts++;
                return repaired.IsSet ? null : new CommitAnswer(Guid.Empty, CommitStatus.Unavailable, []);
            },
        };
        var answered = 0;
        using var committer = new Committer(store, (_, _) => answered++, timings: Fast);
        committer.TrySubmit(Batch(1));
        Assert.True(tried.Wait(Patience));
        var stop = new Thread(() => Assert.True(committer.Stop(Patience)));
        stop.Start();
        repaired.Set();

        Assert.True(stop.Join(Patience));
        Assert.Equal(1, answered);
        Assert.False(committer.TrySubmit(Batch(2)));
    }

    [Fact]
    public void Stopping_abandons_what_cannot_be_written()
    {
        using var tried = new ManualResetEventSlim();
        var store = new ScriptedStore
        {
            Always = () =>
            {
                tried.Set();
                return new CommitAnswer(Guid.Empty, CommitStatus.Unavailable, []);
            },
        };
        var answered = 0;
        using var committer = new Committer(store, (_, _) => answered++, timings: Fast);
        committer.TrySubmit(Batch(1));
        Assert.True(tried.Wait(Patience));

        Assert.False(committer.Stop(TimeSpan.FromMilliseconds(5)));
        Assert.Equal(0, answered);
    }
}

using System.Text;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Defects;

/// <summary>A failed turn inside a batch that others share: nothing of it is written, all of theirs is.</summary>
public class UndoTests
{
    private const long Now = 1_700_000_000_000;
    private static readonly ConnectionId s_alice = new(1);
    private readonly MemoryStore _store = new(1);
    private readonly Executor _executor;
    private readonly SessionOptions _options = new();

    public UndoTests()
    {
        foreach (var name in (string[])["alice", "bob"])
        {
            var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
            _store.Put(new AccountCreated(new AccountRow(Id(name), Address(name).ToString(), keys, 0, 0, 0)));
        }

        var me = new Incarnation(Guid.NewGuid());
        _executor = new Executor(
            new ActorEnvironment(ExecutorBench.Domain, _options, new StanzaIds(_store.Secret), new SeededRandom(3), _store.ShardCount, "test") { Sabotage = Throw },
            me, _store.TakeAll(me));
        _executor.Restore([], [], [], [], Now);
        _executor.Handle(new BindInput(Id("alice"), s_alice, Address("alice"), "r", ""), Now);
        _executor.Handle(new EnableSmInput(Id("alice"), s_alice, true, null), Now);
        Load();
        Commit();
    }

    [Fact]
    public void What_was_decided_before_in_the_same_batch_is_written_and_what_failed_is_not()
    {
        Say(1, "first");
        Say(2, "poison");
        var batch = Assert.IsType<GuardedBatch>(_executor.Step().Batch);
        var events = batch.Writes.Single().Events;
        var item = Assert.Single(events.OfType<OutboxAppended>()).Item;
        Assert.Contains("first", Encoding.UTF8.GetString(item.Body), StringComparison.Ordinal);
        Assert.Single(events.OfType<MessageStored>());
        Assert.Single(_executor.OutputsInFlight, o => o.Kind == OutputKind.Offer);
        Assert.IsType<CloseOutput>(_executor.OutputsInFlight[^1].What);

        // The next item follows the one that was written, not the one that was taken back.
        Answer(batch, CommitStatus.Answered);
        _executor.RunTimers(Now);
        Load();
        Bind();
        Say(1, "second", 2);
        Assert.Equal(item.Sequence, Assert.Single(_executor.Step().Batch!.Writes.Single().Events.OfType<OutboxAppended>()).Item.Previous);
    }

    [Fact]
    public void A_turn_that_failed_alone_leaves_nothing_to_write()
    {
        Say(1, "poison");
        var (batch, outputs) = _executor.Step();
        Assert.Null(batch);
        Assert.Single(outputs, o => o.What is CloseOutput);
    }

    [Fact]
    public void The_user_is_not_loaded_before_what_it_wrote_is_committed()
    {
        Say(1, "first");
        Say(2, "poison");
        _executor.RunTimers(Now);
        Assert.Equal(0, _executor.Loads.Count);
        var batch = _executor.Step().Batch!;
        _executor.RunTimers(Now);
        Assert.Equal(0, _executor.Loads.Count);
        Answer(batch, CommitStatus.Answered);
        _executor.RunTimers(Now);
        Assert.Equal(1, _executor.Loads.Count);
    }

    [Fact]
    public void What_a_refused_batch_lost_is_not_counted_as_handled()
    {
        Say(1, "first");
        Say(2, "poison");
        var batch = _executor.Step().Batch!;
        Assert.Contains(Answer(batch, CommitStatus.Rejected), c => c.Connection == s_alice);
        _executor.RunTimers(Now);
        Load();
        Commit();
        Assert.Equal(0, _store.ReadSessions().Single().HIn);
    }

    [Fact]
    public void Without_memory_the_process_ends()
    {
        Assert.ThrowsAny<OutOfMemoryException>(() => Say(1, "memory"));
    }

    private static void Throw(Turn turn, object input)
    {
        var text = input is StanzaInput s ? Encoding.UTF8.GetString(s.Stanza.Bytes) : "";
        if (text.Contains("poison", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("a defect");
        }

        if (text.Contains("memory", StringComparison.Ordinal))
        {
            throw new InsufficientMemoryException();
        }
    }

    private static Jid Address(string name) => Jid.Parse($"{name}@example.org");

    private static long Id(string name) => ShardKey.UserId(Address(name).ToString());

    private void Bind() => _executor.Handle(new BindInput(Id("alice"), new ConnectionId(2), Address("alice"), "other", ""), Now);

    private void Say(long number, string body, long connection = 1)
    {
        Assert.True(Stanza.TryParse(Encoding.UTF8.GetBytes($"<message to=\"bob@example.org\" type=\"chat\"><body>{body}</body></message>"), out var stanza));
        _executor.Handle(new StanzaInput(Id("alice"), new ConnectionId(connection), number, stanza), Now);
    }

    private void Load()
    {
        while (_executor.Loads.TryDequeue(out var user))
        {
            _executor.Loaded(user, _store.LoadUser(user, _options.MaxQueuedStanzas + 1), Now);
        }
    }

    private void Commit()
    {
        if (_executor.Step().Batch is { } batch)
        {
            Answer(batch, CommitStatus.Answered);
        }
    }

    private IReadOnlyList<HeldOutput> Answer(GuardedBatch batch, CommitStatus status) =>
        _executor.Answered(status == CommitStatus.Answered ? _store.Commit(batch) : new CommitAnswer(batch.BatchId, status, [], "test"), Now);
}

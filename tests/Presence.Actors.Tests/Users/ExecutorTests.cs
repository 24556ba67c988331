using Presence.Actors.Hosting;
using Presence.Actors.Shards;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>The executor step by step: what is lost with a batch, what is acknowledged when, what waits and what spins.</summary>
public class ExecutorTests
{
    private const long Now = 1_700_000_000_000;
    private readonly MemoryStore _store = new();
    private readonly Executor _executor;
    private readonly SessionOptions _options = new();

    public ExecutorTests()
    {
        foreach (var name in (string[])["alice", "bob"])
        {
            var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
            _store.Put(new AccountCreated(new AccountRow(Id(name), Jid(name).ToString(), keys, 0, 0, 0)));
        }

        var me = new Incarnation(Guid.NewGuid());
        var environment = new ActorEnvironment(ExecutorBench.Domain, _options, new StanzaIds(_store.Secret), new SeededRandom(3), _store.ShardCount, "test");
        _executor = new Executor(environment, me, _store.TakeAll(me));
        _executor.Restore([], [], [], [], Now);
    }

    [Fact]
    public void A_failed_batch_closes_everybody_whose_answer_was_lost_with_it()
    {
        Bind("alice", 1, enable: true);
        var failed = Assert.IsType<GuardedBatch>(_executor.Step().Batch);

        // Bob writes nothing. The answer to his bind waits for the batch all the same, and goes with it.
        Bind("bob", 2, enable: false);
        Assert.NotEqual(ShardKey.Shard(Id("alice"), _store.ShardCount), ShardKey.Shard(Id("bob"), _store.ShardCount));
        var closed = _executor.Answered(new CommitAnswer(failed.BatchId, CommitStatus.Rejected, [], "test"), Now);
        Assert.Equal([1L, 2L], closed.Select(c => c.Connection.Value).Order());
        Assert.All(closed, c => Assert.IsType<CloseOutput>(c.What));
        Assert.DoesNotContain(_executor.LoadedUsers, u => u.Sessions.Count > 0);
    }

    [Fact]
    public void A_client_that_was_forgotten_is_told_so_when_it_speaks()
    {
        _executor.Handle(new AckRequestInput(Id("alice"), new ConnectionId(9)), Now);
        Load();
        var output = Assert.Single(_executor.Step().Outputs);
        Assert.IsType<CloseOutput>(output.What);
    }

    [Fact]
    public void Outputs_without_events_make_input_wait_too()
    {
        Bind("alice", 1, enable: true);
        Assert.NotNull(_executor.Step().Batch);
        for (var i = 1; i <= Executor.MaxHeldOutputs && !_executor.Congested; i++)
        {
            Say("alice", 1, i, "<iq type=\"get\" id=\"p\"><ping xmlns=\"urn:xmpp:ping\"/></iq>");
        }

        Assert.True(_executor.Congested);
    }

    [Fact]
    public void An_early_acknowledgement_tells_all_that_is_committed()
    {
        Bind("alice", 1, enable: true);
        Commit();
        Say("alice", 1, 1);
        Commit();
        Say("alice", 1, 2);
        Assert.NotNull(_executor.Step().Batch);
        _executor.Handle(new AckRequestInput(Id("alice"), new ConnectionId(1)), Now);
        _executor.RunTimers(Now + 600);
        Assert.Contains(_executor.Step().Outputs, o => o.What is AckOutput { H: 1 });
    }

    [Fact]
    public void An_acknowledgement_of_what_is_committed_waits_for_no_batch()
    {
        Bind("alice", 1, enable: true);
        Bind("bob", 2, enable: true);
        Commit();
        Say("bob", 2, 1);
        Assert.NotNull(_executor.Step().Batch);
        _executor.Handle(new AckRequestInput(Id("alice"), new ConnectionId(1)), Now);
        Assert.IsType<AckOutput>(Assert.Single(_executor.Step().Outputs).What);
    }

    [Fact]
    public void A_load_that_somebody_waits_for_passes_those_that_nobody_does()
    {
        var sessions = Enumerable.Range(1, 50).Select(i => new SessionRow(i, 1, 1, 0, 0, 0, 0, SessionPhase.Attached, 0, 0, 0)).ToList();
        _executor.Restore([], [], sessions, [], Now);
        _executor.RunTimers(Now);
        Assert.Equal(50, _executor.BackgroundLoads.Count);
        _executor.Handle(new ResumeInput(50, new ConnectionId(1), Jid("alice"), "x", 0, ""), Now);
        Assert.Equal(49, _executor.BackgroundLoads.Count);
        Assert.True(_executor.Loads.TryDequeue(out var first));
        Assert.Equal(50, first);
    }

    [Fact]
    public async Task A_closed_inbox_promises_no_room()
    {
        var inbox = new InputQueue(10);
        inbox.Close();
        Assert.False(inbox.TryPutEdge(new object()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inbox.RoomAsync().WaitAsync(new CancellationToken(canceled: true)));
        Assert.False(inbox.RoomAsync().IsCompleted);
    }

    private static long Id(string name) => ShardKey.UserId(Jid(name).ToString());

    private static Jid Jid(string name) => Protocol.Addressing.Jid.Parse($"{name}@example.org");

    private void Bind(string name, long connection, bool enable)
    {
        _executor.Handle(new BindInput(Id(name), new ConnectionId(connection), Jid(name), "r", ""), Now);
        if (enable)
        {
            _executor.Handle(new EnableSmInput(Id(name), new ConnectionId(connection), true, null), Now);
        }

        Load();
    }

    private void Say(
        string name, long connection, long number, string xml = "<message to=\"bob@example.org\" type=\"chat\"><body>x</body></message>")
    {
        Assert.True(Protocol.Stanzas.Stanza.TryParse(System.Text.Encoding.UTF8.GetBytes(xml), out var stanza));
        _executor.Handle(new StanzaInput(Id(name), new ConnectionId(connection), number, stanza), Now);
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
            _executor.Answered(_store.Commit(batch), Now);
        }
    }
}

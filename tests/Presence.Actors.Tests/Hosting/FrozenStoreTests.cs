using System.Collections.Concurrent;
using Presence.Actors.Hosting;
using Presence.Actors.Shards;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Hosting;

/// <summary>The owner's threads while the store stands still (ADR 0009), until no more input is taken.</summary>
public sealed class FrozenStoreTests : IAsyncDisposable
{
    private static readonly Jid s_alice = Jid.Parse("alice@example.org");
    private static readonly ConnectionId s_connection = new(1);

    private readonly MemoryStore _store = new();
    private readonly Client _client = new();
    private readonly Lane _lane;
    private readonly ShardHost _host;
    private long _number;

    public FrozenStoreTests()
    {
        var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
        foreach (var jid in (string[])["alice@example.org", "bob@example.org"])
        {
            _store.Put(new AccountCreated(new AccountRow(ShardKey.UserId(jid), jid, keys, 0, 0, 0)));
        }

        _lane = new Lane(_store);
        _host = new ShardHost(
            _store, [_lane], _client, new NoPush(), new RunningClock(), new SeededRandom(5), ExecutorBench.Domain, new SessionOptions(), "test", _ => { });
        _host.Start();
    }

    private static long UserId => ShardKey.UserId(s_alice.ToString());

    [Fact]
    public async Task An_acknowledgement_asked_of_an_owner_that_takes_nothing_more_tells_what_is_committed_and_later_the_rest()
    {
        Put(new BindInput(UserId, s_connection, s_alice, "desk", ""));
        Put(new EnableSmInput(UserId, s_connection, true, null));
        await _client.UntilAsync<SmEnabledOutput>(_ => true);
        Say();
        Put(new AckRequestInput(UserId, s_connection));
        await _client.UntilAsync<AckOutput>(ack => ack.H == 1);

        // While the owner's thread is kept in Submit, the inbox is filled to the brim: that there is room again says that all of it was taken.
        var submitted = _lane.Freeze();
        Say();
        await submitted;
        for (var i = 0; i < 8000; i++)
        {
            Say();
        }

        while (_host.TryAccept(new WrittenInput(UserId, s_connection, 0)))
        {
        }

        _lane.GoOn();
        await _host.WaitForRoomAsync(UserId, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Say();
        Put(new AckRequestInput(UserId, s_connection));
        await _client.UntilAsync<AckOutput>(ack => ack.H == 1);

        _lane.Thaw();
        await _client.UntilAsync<AckOutput>(ack => ack.H == _number);
    }

    [Fact]
    public void An_inbox_tells_each_request_that_waits_once()
    {
        var inbox = new InputQueue(10);
        var first = new AckRequestInput(1, s_connection);
        var second = new AckRequestInput(2, s_connection);
        Assert.True(inbox.TryPutEdge(first));
        Assert.True(inbox.TryPutEdge(new WrittenInput(1, s_connection, 0)));
        Assert.Equal([first], Found(inbox));
        Assert.True(inbox.TryPutEdge(second));
        Assert.Equal([second], Found(inbox));
        Assert.Empty(Found(inbox));
        var taken = new List<object>();
        inbox.TakeAll(taken, withEdge: true, TimeSpan.Zero);
        Assert.Equal(3, taken.Count);
        Assert.True(inbox.TryPutEdge(first));
        Assert.Equal([first], Found(inbox));
    }

    public ValueTask DisposeAsync()
    {
        _lane.Dispose();
        return _host.DisposeAsync();
    }

    private static List<AckRequestInput> Found(InputQueue inbox)
    {
        var found = new List<AckRequestInput>();
        inbox.FindAckRequests(found);
        return found;
    }

    private void Put(EdgeInput input) => Assert.True(_host.TryAccept(input));

    private void Say()
    {
        Assert.True(Stanza.TryParse("<message to=\"bob@example.org\" type=\"chat\"><body>x</body></message>"u8.ToArray(), out var stanza));
        Put(new StanzaInput(UserId, s_connection, ++_number, stanza));
    }

    /// <summary>Commits at once, unless frozen: then it keeps the next batch, and the thread that brings it until told to go on.</summary>
    private sealed class Lane(MemoryStore store) : ILane, IDisposable
    {
        private readonly ManualResetEventSlim _goOn = new();
        private TaskCompletionSource? _frozen;
        private Action? _kept;

        public void Submit(GuardedBatch batch, Action<CommitAnswer> answered)
        {
            if (Interlocked.Exchange(ref _frozen, null) is not { } frozen)
            {
                answered(store.Commit(batch));
                return;
            }

            _kept = () => answered(store.Commit(batch));
            frozen.SetResult();
            _goOn.Wait();
        }

        /// <returns>Completes when the batch is there.</returns>
        public Task Freeze() => (_frozen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void GoOn() => _goOn.Set();

        public void Thaw()
        {
            _kept!();
            _kept = null;
        }

        // Whatever a failed test left behind: the host ends only when its batch is answered.
        public void Dispose()
        {
            _goOn.Set();
            _kept?.Invoke();
        }
    }

    /// <summary>What the edge is told, in order.</summary>
    private sealed class Client : IDeliver
    {
        private readonly BlockingCollection<ControlOutput> _controls = [];

        public void Stanza(ConnectionId connection, in OutboundStanza stanza)
        {
        }

        public void Control(ConnectionId connection, ControlOutput output) => _controls.Add(output);

        public void Flush()
        {
        }

        public Task UntilAsync<T>(Func<T, bool> fits)
            where T : ControlOutput => Task.Run(() =>
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (_controls.Take(limit.Token) is not T output || !fits(output))
            {
            }
        });
    }

    /// <summary>100 ms pass at every look.</summary>
    private sealed class RunningClock : TimeProvider
    {
        private long _now = 1_700_000_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Add(ref _now, 100));
    }

    private sealed class NoPush : IPushSender
    {
        public bool TrySend(PushNotification push, Action<PushNotification, PushOutcome> done)
        {
            done(push, PushOutcome.Sent);
            return true;
        }
    }
}

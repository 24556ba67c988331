using System.Collections.Concurrent;
using Presence.Actors.Shards;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Hosting;

/// <summary>The owner's real threads and a user whose rows cannot be read: before, the reader's end was the process's end.</summary>
public sealed class UnreadableUserTests
{
    [Fact]
    public async Task Rows_that_cannot_be_read_end_no_thread()
    {
        var (alice, bob) = (Jid.Parse("alice@example.org"), Jid.Parse("bob@example.org"));
        var store = new MemoryStore();
        foreach (var jid in (Jid[])[alice, bob])
        {
            var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
            store.Put(new AccountCreated(new AccountRow(Id(jid), jid.ToString(), keys, 0, 0, 0)));
        }

        store.Unreadable.Add(Id(alice));
        var told = new Told();
        var defects = new ConcurrentQueue<ContainedDefect>();
        await using var host = new ShardHost(
            store, [new Lane(store)], told, new NoPush(), TimeProvider.System, new SeededRandom(5), ExecutorBench.Domain, new SessionOptions(), "test", _ => { },
            defects: defects.Enqueue);
        host.Start();
        Assert.True(host.TryAccept(new BindInput(Id(alice), new ConnectionId(1), alice, "a", "")));
        Assert.IsType<BindRefusedOutput>(told.Next());
        Assert.True(host.TryAccept(new BindInput(Id(bob), new ConnectionId(2), bob, "b", "")));
        Assert.IsType<BoundOutput>(told.Next());
        Assert.Equal(DefectPlace.Load, Assert.Single(defects).Place);
    }

    private static long Id(Jid jid) => ShardKey.UserId(jid.ToString());

    private sealed class Lane(MemoryStore store) : ILane
    {
        public void Submit(GuardedBatch batch, Action<CommitAnswer> answered) => answered(store.Commit(batch));
    }

    private sealed class Told : IDeliver
    {
        private readonly BlockingCollection<ControlOutput> _controls = [];

        public void Stanza(ConnectionId connection, in OutboundStanza stanza)
        {
        }

        public void Control(ConnectionId connection, ControlOutput output) => _controls.Add(output);

        public void Flush()
        {
        }

        public ControlOutput Next()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            return _controls.Take(limit.Token);
        }
    }

    private sealed class NoPush : IPushSender
    {
        public bool TrySend(PushNotification push, Action<PushNotification, PushOutcome> done) => false;
    }
}

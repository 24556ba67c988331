using Presence.Actors.Admin;
using Presence.Actors.Hosting;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors;

/// <summary>
/// The owner of a node's shards: takes them from the store, restores what has deadlines, runs the executors. It is what edges talk to
/// (<see cref="IAccept"/>) and what operators ask. It must never answer for a shard it has not been granted.
/// </summary>
public sealed class ShardHost : IAccept, IAsyncDisposable
{
    private const int Readers = 2;

    private readonly IStore _store;
    private readonly ExecutorThread[] _threads;
    private readonly Executor[] _executors;
    private readonly ReaderThreads _readers;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<ShardGrant> _grants;

    /// <param name="lanes">One per executor; SQLite has one writer and so one lane.</param>
    /// <param name="desk">For what administrators order by XMPP; null: nobody takes orders.</param>
    /// <param name="components">Null: there are none.</param>
    /// <param name="accountRemoved">Called after the commit that removed an account, from any thread; null: nobody cares.</param>
    /// <param name="defects">Told of defects that were contained. Called from any thread, must not block or throw; null: nobody cares.</param>
    /// <param name="trouble">Told of read errors and of refused batches, in words for the operator. Called from any thread.</param>
    public ShardHost(
        IStore store, IReadOnlyList<ILane> lanes, IDeliver deliver, IPushSender push, TimeProvider clock, IRandomSource random, Jid domain,
        SessionOptions options, string softwareVersion, Action<string> trouble, ServiceOptions? services = null,
        IAdminDesk? desk = null, IComponents? components = null, Action? accountRemoved = null, Action<ContainedDefect>? defects = null)
    {
        (_store, _clock) = (store, clock);
        Span<byte> incarnation = stackalloc byte[16];
        random.Fill(incarnation);
        var me = new Incarnation(new Guid(incarnation));
        var environment = new ActorEnvironment(domain, options, new StanzaIds(store.Secret), random, store.ShardCount, softwareVersion)
        {
            Services = services ?? new(),
            Components = components?.Domains ?? [],
            AccountRemoved = accountRemoved ?? (() => { }),
            DefectMet = defects ?? (_ => { }),
        };
        _grants = store.TakeAll(me);
        _readers = new ReaderThreads(store, Readers, options.MaxQueuedStanzas + 1, clock, e => trouble(e.Message));
        _threads = new ExecutorThread[lanes.Count];
        _executors = new Executor[lanes.Count];
        var router = new OutputRouter(deliver, push, components, _readers, desk, OwnerOf, store.ShardCount);
        for (var i = 0; i < lanes.Count; i++)
        {
            var lane = i;
            _executors[i] = new Executor(environment, me, _grants.Where(g => g.Shard % lanes.Count == lane)) { Report = trouble };
            _threads[i] = new ExecutorThread(i, _executors[i], lanes[i], router, _readers, clock, a => trouble($"a batch was refused ({a.Status}): {a.Reason}"));
        }
    }

    /// <summary>Reads what has deadlines and starts the executors. Throws <see cref="IOException"/> when the store cannot be read.</summary>
    public void Start()
    {
        var (outbox, cursors, sessions, pushes) = (_store.ReadOutbox(), _store.ReadOutboxCursors(), _store.ReadSessions(), _store.ReadPushOutbox());
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < _threads.Length; i++)
        {
            _executors[i].Restore(outbox, cursors, sessions, pushes, now);
            _threads[i].Start();
        }
    }

    public bool TryAccept(EdgeInput input) => Of(input.UserId).TryPutEdge(input);

    public ValueTask WaitForRoomAsync(long userId, CancellationToken cancellation) => new(Of(userId).RoomAsync().WaitAsync(cancellation));

    /// <summary>Asks the owner of a user; the answer comes after the commit of whatever was changed.</summary>
    public Task<AdminReply> AskAsync(AdminRequest request, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<AdminReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        Of(request.UserId).Put(new AdminInput(request, reply => answer.TrySetResult(reply)));
        return answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Users with a client connected.</summary>
    public async Task<int> CountOnlineAsync(CancellationToken cancellation)
    {
        var counts = new List<Task<int>>();
        foreach (var thread in _threads)
        {
            var count = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            thread.Put(new CensusInput(online => count.TrySetResult(online)));
            counts.Add(count.Task);
        }

        return (await Task.WhenAll(counts).WaitAsync(cancellation).ConfigureAwait(false)).Sum();
    }

    /// <summary>Commits what was taken and stops. Sessions live on in the store.</summary>
    public ValueTask DisposeAsync()
    {
        // First, or a store that cannot be read would keep them from stopping.
        _readers.Close();
        foreach (var thread in _threads)
        {
            thread.Stop();
        }

        _readers.Dispose();
        return ValueTask.CompletedTask;
    }

    private ExecutorThread Of(long userId) => OwnerOf(ShardKey.Shard(userId, _store.ShardCount));

    private ExecutorThread OwnerOf(int shard) => _threads[shard % _threads.Length];
}

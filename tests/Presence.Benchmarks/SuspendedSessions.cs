using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Presence.Actors;
using Presence.Actors.Shards;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Commit;
using Presence.Storage.Contracts;
using Presence.Storage.Sqlite;

namespace Presence.Benchmarks;

/// <summary>
/// Makes COUNT users with CONTACTS roster items each on SQLite, gives each a resumable, available, push-enabled session through the real owner, drops every
/// socket, and reports managed bytes per suspended session; then starts a second owner on the same file and reports how long it takes to be ready.
/// </summary>
internal static class SuspendedSessions
{
    private static readonly Jid s_domain = Jid.Parse("example.org");

    public static int Run(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var contacts = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
        var directory = Directory.CreateTempSubdirectory("presence-bench").FullName;
        try
        {
            using (var store = new SqliteStore(new SqliteOptions { Directory = directory }))
            {
                MakeAccounts(store, count, contacts);
            }

            Suspend(directory, count, contacts);
            return 0;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Name(int i) => $"user{i}@example.org";

    private static void MakeAccounts(SqliteStore store, int count, int contacts)
    {
        var me = new Incarnation(Guid.NewGuid());
        var grants = store.TakeAll(me).ToDictionary(g => g.Shard);
        var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
        for (var from = 0; from < count; from += 5000)
        {
            var writes = Enumerable.Range(from, Math.Min(5000, count - from)).Select(i => (Id: ShardKey.UserId(Name(i)), I: i))
                .GroupBy(u => ShardKey.Shard(u.Id, store.ShardCount)).OrderBy(g => g.Key).Select(g =>
                {
                    var grant = grants[g.Key];
                    grants[g.Key] = grant with { Committed = grant.Committed + 1 };
                    return new ShardWrite(g.Key, grant.Epoch, grant.Committed, g.SelectMany(u => Account(u.Id, u.I, count, contacts, keys)).ToList());
                }).ToList();
            var answer = store.Commit(new GuardedBatch(Guid.NewGuid(), me, writes));
            if (answer.Status != CommitStatus.Answered)
            {
                throw new InvalidOperationException(answer.Reason);
            }
        }
    }

    private static IEnumerable<StoreEvent> Account(long id, int i, int count, int contacts, CredentialRow keys)
    {
        yield return new AccountCreated(new AccountRow(id, Name(i), keys, 0, 0, 0));
        for (var c = 1; c <= contacts; c++)
        {
            yield return new RosterItemStored(
                new RosterRow(id, Name((i + c) % count), Subscription.None, false, false, false, $"Contact {c}", ["Friends"], null), c);
        }
    }

    private static void Suspend(string directory, int count, int contacts)
    {
        using var store = new SqliteStore(new SqliteOptions { Directory = directory });
        var before = Settled();
        var lane = new Lane(store);
        using var edge = new ScriptedEdge(count);
        var host = new ShardHost(
            store, [lane], edge, new NoPush(), TimeProvider.System, new SystemRandomSource(), s_domain, new SessionOptions(), "benchmark", Console.Error.WriteLine);
        edge.Host = host;
        host.Start();
        var clock = Stopwatch.StartNew();
        edge.RunAll();
        var took = clock.Elapsed;
        var after = Settled();
        Console.WriteLine($"{count:N0} sessions with {contacts} contacts suspended in {took.TotalSeconds:F1} s");
        Console.WriteLine($"managed heap: {before / 1e6:F1} MB before, {after / 1e6:F1} MB after: {(after - before) / (double)count:F0} bytes per suspended session");
        Console.WriteLine($"working set: {Environment.WorkingSet / 1e6:F0} MB");
        GC.KeepAlive(host);
        host.DisposeAsync().AsTask().GetAwaiter().GetResult();
        lane.Dispose();

        clock.Restart();
        var second = new Lane(store);
        var next = new ShardHost(
            store, [second], edge, new NoPush(), TimeProvider.System, new SystemRandomSource(), s_domain, new SessionOptions(), "benchmark", Console.Error.WriteLine);
        next.Start();
        Console.WriteLine($"a new owner on the same file is ready after {clock.Elapsed.TotalMilliseconds:F0} ms");
        next.DisposeAsync().AsTask().GetAwaiter().GetResult();
        second.Dispose();
    }

    private static long Settled()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class Lane(IStore store) : ILane, IDisposable
    {
        private Action<CommitAnswer>? _answered;
        private Committer? _committer;

        public void Submit(GuardedBatch batch, Action<CommitAnswer> answered)
        {
            _answered = answered;
            _committer ??= new Committer(store, (answer, _) => _answered!(answer));
            if (!_committer.TrySubmit(batch))
            {
                throw new InvalidOperationException("two batches at a time");
            }
        }

        public void Dispose() => _committer?.Dispose();
    }

    private sealed class NoPush : IPushSender
    {
        public bool TrySend(PushNotification push, Action<PushNotification, PushOutcome> done)
        {
            done(push, PushOutcome.Sent);
            return true;
        }
    }

    /// <summary>Plays COUNT phones: bind, enable, presence, push enable, socket lost; a few hundred at a time.</summary>
    private sealed class ScriptedEdge(int count) : IDeliver, IDisposable
    {
        private const int AtOnce = 500;
        private readonly ConcurrentDictionary<long, bool> _done = new();
        private readonly SemaphoreSlim _places = new(AtOnce);

        public ShardHost Host { get; set; } = null!;

        public void RunAll()
        {
            for (var i = 0; i < count; i++)
            {
                _places.Wait();
                var account = Jid.Parse(Name(i));
                Put(new BindInput(ShardKey.UserId(Name(i)), new ConnectionId(i), account, "phone", "127.0.0.1"));
            }

            for (var i = 0; i < AtOnce; i++)
            {
                _places.Wait();
            }

            Console.WriteLine($"{_done.Values.Count(ok => ok):N0} of {_done.Count:N0} clients enabled push");
        }

        public void Stanza(ConnectionId connection, in OutboundStanza stanza)
        {
            var text = Encoding.UTF8.GetString(stanza.Head.Span);
            if (text.Contains("id=\"push\"", StringComparison.Ordinal) || text.Contains("id='push'", StringComparison.Ordinal))
            {
                _done[connection.Value] = text.Contains("result", StringComparison.Ordinal);
                Put(new AckInput(UserOf(connection), connection, (uint)stanza.Number));
                Put(new DetachedInput(UserOf(connection), connection, Clean: false));
                _places.Release();
            }
        }

        public void Control(ConnectionId connection, ControlOutput output)
        {
            switch (output)
            {
                case BoundOutput: Put(new EnableSmInput(UserOf(connection), connection, Resume: true, null)); break;
                case SmEnabledOutput:
                    Send(connection, 1, "<presence/>");
                    Send(connection, 2, "<iq type=\"set\" id=\"push\"><enable xmlns=\"urn:xmpp:push:0\" jid=\"push.example.org\" node=\"device\"/></iq>");
                    break;
            }
        }

        public void Flush()
        {
        }

        public void Dispose() => _places.Dispose();

        private static long UserOf(ConnectionId connection) => ShardKey.UserId(Name((int)connection.Value));

        private void Send(ConnectionId connection, long number, string xml)
        {
            _ = Protocol.Stanzas.Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza);
            Put(new StanzaInput(UserOf(connection), connection, number, stanza!));
        }

        private void Put(EdgeInput input)
        {
            while (!Host.TryAccept(input))
            {
                Thread.Yield();
            }
        }
    }
}

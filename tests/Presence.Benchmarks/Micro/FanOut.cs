using System.Text;
using BenchmarkDotNet.Attributes;
using Presence.Actors;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Benchmarks.Micro;

/// <summary>
/// One presence for 1,000 contacts who are online, from the envelopes at their shards to the outputs for their connections, through a real executor; the time is per
/// stanza delivered. Sockets are not in it.
/// </summary>
[MemoryDiagnoser]
public class FanOut
{
    private const int Contacts = 1000;
    private const long Now = 1_700_000_000_000;

    private readonly MemoryStore _store = new();
    private readonly List<PresenceInput> _envelopes = [];
    private readonly long[] _ids = new long[Contacts];
    private Executor _executor = null!;
    private long _number = 1_000;

    [GlobalSetup]
    public void ComeOnline()
    {
        var domain = Jid.Parse("example.org");
        var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
        var me = new Incarnation(Guid.NewGuid());
        var grants = _store.TakeAll(me);
        var names = Enumerable.Range(0, Contacts).Select(i => $"user{i}@example.org").ToArray();
        var byShard = names.GroupBy(n => ShardKey.Shard(ShardKey.UserId(n), _store.ShardCount)).OrderBy(g => g.Key).ToArray();
        var writes = byShard.Select(g => new ShardWrite(
            g.Key, grants[g.Key].Epoch, grants[g.Key].Committed, [.. g.Select(n => new AccountCreated(new AccountRow(ShardKey.UserId(n), n, keys, 0, 0, 0)))]));
        _store.Commit(new GuardedBatch(Guid.NewGuid(), me, [.. writes]));

        var environment = new ActorEnvironment(domain, new SessionOptions(), new StanzaIds(_store.Secret), new SeededRandom(7), _store.ShardCount, "bench");
        _executor = new Executor(environment, me, _store.TakeAll(me));
        for (var i = 0; i < Contacts; i++)
        {
            var (jid, connection) = (Jid.Parse(names[i]), new ConnectionId(i + 1));
            var id = _ids[i] = ShardKey.UserId(names[i]);
            _executor.Handle(new BindInput(id, connection, jid, "phone", "127.0.0.1"), Now);
            Settle();
            if (Stanza.TryParse(Encoding.UTF8.GetBytes("<presence/>"), out var presence))
            {
                _executor.Handle(new StanzaInput(id, connection, 1, presence), Now);
            }

            Settle();
        }

        var from = Jid.Parse("star@example.org/tower");
        var stamped = Encoding.UTF8.GetBytes("<presence from='star@example.org/tower'><show>away</show><status>on stage</status></presence>");
        _envelopes.AddRange(byShard.Select(g => new PresenceInput([.. g.Select(ShardKey.UserId)], from, stamped, true)));
    }

    [Benchmark(OperationsPerInvoke = Contacts)]
    public int Deliver()
    {
        foreach (var envelope in _envelopes)
        {
            _executor.Handle(envelope, Now);
        }

        var delivered = Settle();
        _number += 1;
        for (var i = 0; i < Contacts; i++)
        {
            // Without stream management what was written counts as delivered; otherwise it would pile up.
            _executor.Handle(new WrittenInput(_ids[i], new ConnectionId(i + 1), _number), Now);
        }

        Settle();
        return delivered == Contacts ? delivered : throw new InvalidOperationException($"{delivered} stanzas were delivered");
    }

    private int Settle()
    {
        var stanzas = 0;
        while (true)
        {
            while (_executor.Loads.TryDequeue(out var user))
            {
                _executor.Loaded(user, _store.LoadUser(user, 100), Now, erasing: false);
            }

            var (batch, outputs) = _executor.Step();
            stanzas += outputs.Count(o => o.Kind == OutputKind.Stanza);
            if (batch is not null)
            {
                var answer = _store.Commit(batch);
                stanzas += _executor.OutputsInFlight.Count(o => o.Kind == OutputKind.Stanza);
                _executor.Answered(answer, Now);
            }
            else if (outputs.Count == 0)
            {
                return stanzas;
            }
        }
    }
}

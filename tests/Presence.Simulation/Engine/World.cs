using Presence.Actors;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Simulation.Checks;
using Presence.Simulation.Clients;
using Presence.Simulation.Servers;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Simulation.Engine;

/// <summary>Everything there is in one run: clock, chance, store, node, people and the checks. It holds the parts together and decides nothing.</summary>
public sealed class World
{
    public static readonly Jid Domain = Jid.Parse("example.org");

    private readonly List<GuardedBatch> _zombies = [];
    private long _connections;

    public World(SimSettings settings, Trace trace)
    {
        (Settings, Trace, Dice) = (settings, trace, new Dice(settings.Seed));
        Options = new SessionOptions { MaxQueuedStanzas = settings.MaxQueued, SendWindowBytes = settings.SendWindow, MaxIdleUsers = settings.MaxIdle };
        StoreWatch = new StoreWatch(Ledger, trace);
        var memory = new MemoryStore(settings.Shards);
        Store = new FaultyStore(memory, StoreWatch, Dice, settings);
        MakeAccounts(memory);
        Watch = new ClientWatch(this);
        PushWatch = new PushWatch(this);
        Memory = new MemoryWatch(this);
        Edge = new SimEdge(this);
        Pushes = new SimPushes(this);
        Node = new SimNode(this);
    }

    public SimSettings Settings { get; }

    public SessionOptions Options { get; }

    public Trace Trace { get; }

    public Dice Dice { get; }

    /// <summary>Unix milliseconds.</summary>
    public long Now { get; set; } = 1_700_000_000_000;

    /// <summary>No more faults: the end of a run, at which everything must come to rest.</summary>
    public bool Calm { get; private set; }

    public Ledger Ledger { get; } = new();

    public StoreWatch StoreWatch { get; }

    public ClientWatch Watch { get; }

    public PushWatch PushWatch { get; }

    public MemoryWatch Memory { get; }

    public FaultyStore Store { get; }

    public SimEdge Edge { get; }

    public SimPushes Pushes { get; }

    public SimNode Node { get; private set; }

    public List<SimAccount> Accounts { get; } = [];

    public List<SimDevice> Devices { get; } = [];

    public long NextConnection() => ++_connections;

    /// <summary>Something worth reading in a trace.</summary>
    public void Note(FormattableString what)
    {
        if (Trace.On)
        {
            Trace.Add($"                    {what}");
        }
    }

    public void EndFaults()
    {
        Calm = true;
        Store.Calm = true;
    }

    /// <summary>Some people switch off all they have.</summary>
    public void Sleep()
    {
        foreach (var device in Accounts.Where(_ => Dice.Chance(600)).SelectMany(a => a.Devices))
        {
            device.Asleep = true;
            device.Break();
        }
    }

    public void WakeUp() => Devices.ForEach(d => d.Asleep = false);

    /// <summary>An owner has lost its memory at least once: to a crash, or with a refused batch.</summary>
    public bool MemoryLost { get; private set; }

    /// <summary>What users knew is gone, for all or for some shards; rows are all that is left of it.</summary>
    public void LoseMemory()
    {
        MemoryLost = true;
        PushWatch.MemoryLost();
    }

    /// <summary>The process dies; what its commit threads had handed to the store is written or not, and a new process starts.</summary>
    public void Crash()
    {
        _zombies.AddRange(Node.Executors.Select(e => e.Lane.Open).OfType<GuardedBatch>());
        if (Settings.Defect != Defect.ReadThenFence)
        {
            FinishLostBatches();
        }

        Edge.Die();
        Pushes.LoseAnswers();
        LoseMemory();
        Now += Dice.Between(10, 3000);
        Node = new SimNode(this);
    }

    /// <summary>Some attempts that were under way when the process died reach the store all the same.</summary>
    public void FinishLostBatches()
    {
        foreach (var batch in _zombies)
        {
            if (Dice.Chance(500))
            {
                Store.Write(batch);
            }
        }

        _zombies.Clear();
    }

    private void AddDevices(SimAccount account)
    {
        var careless = Dice.Chance(Settings.Careless);
        var devices = Dice.Between(1, 3);
        for (var d = 0; d < devices; d++)
        {
            var care = careless && d == 1 ? StreamCare.Nothing : Dice.Chance(900) ? StreamCare.Resumes : StreamCare.Counts;
            var push = Dice.Chance(Settings.Push);
            var traits = new AppTraits
            {
                Carbons = Dice.Chance(Settings.Carbons),
                Push = push,
                Hold = push && Dice.Chance(400),
                Archive = Dice.Chance(Settings.Archive),
                Toggles = Dice.Chance(Settings.Toggles),
                Fresh = Dice.Chance(300),
            };
            var device = new SimDevice(this, account, $"d{d}", care) { Traits = traits };
            account.Devices.Add(device);
            Devices.Add(device);
        }
    }

    private void MakeAccounts(MemoryStore store)
    {
        var maker = new Incarnation(Guid.Empty);
        var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
        var grants = store.TakeAll(maker).ToDictionary(g => g.Shard);
        var writes = new SortedDictionary<int, List<StoreEvent>>();
        for (var i = 0; i < Settings.Accounts; i++)
        {
            var account = new SimAccount($"u{i}@{Domain}");
            Accounts.Add(account);
            AddDevices(account);
            var shard = ShardKey.Shard(account.UserId, Settings.Shards);
            if (!writes.TryGetValue(shard, out var events))
            {
                writes[shard] = events = [];
            }

            events.Add(new AccountCreated(new AccountRow(account.UserId, account.Jid.ToString(), keys, 0, 0, 0)));
            for (var other = 0; other < Settings.Accounts; other++)
            {
                if (other != i)
                {
                    events.Add(new RosterItemStored(
                        new RosterRow(account.UserId, $"u{other}@{Domain}", Subscription.Both, false, false, false, null, [], null), 1));
                }
            }
        }

        store.Commit(new GuardedBatch(Guid.Empty, maker, [.. writes.Select(w => new ShardWrite(w.Key, grants[w.Key].Epoch, grants[w.Key].Committed, w.Value))]));
    }
}

using System.Text;
using Presence.Actors;
using Presence.Actors.Admin;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Tests.Shared;

/// <summary>
/// One executor on a store in memory, run on the test's own thread until nothing is left to do: commits, loads and reads are answered at once, in order.
/// For tests of what is decided; timing, crashes between steps and concurrency belong to the simulation.
/// </summary>
public sealed class ExecutorBench
{
    public static readonly Jid Domain = Jid.Parse("example.org");

    private readonly Queue<object> _inbox = new();
    private readonly Queue<object> _held = new();
    private readonly Queue<object> _reads = new();
    private readonly Dictionary<ConnectionId, BenchClient> _clients = [];
    private readonly SeededRandom _random = new(7);
    private readonly IReadOnlyList<string> _components;
    private Executor _executor;
    private long _connections;

    /// <param name="components">Domains of external components.</param>
    public ExecutorBench(
        SessionOptions? options = null, MemoryStore? store = null, ServiceOptions? services = null, IReadOnlyList<string>? components = null)
    {
        _components = components ?? [];
        Options = options ?? new SessionOptions();
        Services = services ?? new ServiceOptions();
        Store = store ?? new MemoryStore();
        _executor = Start();
    }

    public SessionOptions Options { get; }

    public ServiceOptions Services { get; }

    public MemoryStore Store { get; }

    /// <summary>Unix milliseconds; moves by <see cref="Advance"/> only.</summary>
    public long Now { get; private set; } = 1_700_000_000_000;

    /// <summary>Pushes that left, oldest first.</summary>
    public List<PushNotification> Pushes { get; } = [];

    /// <summary>What the provider answers; null = no answer (as if it were lost).</summary>
    public Func<PushNotification, PushOutcome?> Provider { get; set; } = _ => PushOutcome.Sent;

    /// <summary>How often the node was told that an account is gone.</summary>
    public int AccountsRemoved { get; private set; }

    /// <summary>Orders of administrators that left, oldest first.</summary>
    public List<AdminOrder> Orders { get; } = [];

    /// <summary>What becomes of an order; null = not yet anything.</summary>
    public Func<AdminOrder, AdminOutcome?> Desk { get; set; } = _ => AdminOutcome.Done;

    /// <summary>What reached external components, oldest first; tests may clear it.</summary>
    public List<XmlElement> AtComponents { get; } = [];

    /// <summary>Whether the components take anything.</summary>
    public bool ComponentsConnected { get; set; } = true;

    /// <summary>Inputs that clients cause and that stay under way until <see cref="ReleaseHeld"/>; null = none.</summary>
    public Func<object, bool>? Hold { get; set; }

    /// <summary>Defects that were contained, oldest first.</summary>
    public List<ContainedDefect> Defects { get; } = [];

    /// <summary>Called with every input once it has been decided on; throws what a defect would. Null = nothing is wrong.</summary>
    public Action<Turn, object>? Sabotage { get; set; }

    public Executor Executor => _executor;

    public StanzaIds StanzaIds => new(Store.Secret);

    public void AddUser(string jid)
    {
        var keys = new CredentialRow(new byte[16], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
        Commit(new AccountCreated(new AccountRow(ShardKey.UserId(jid), jid, keys, 0, 0, 0)), ShardKey.UserId(jid));
    }

    /// <summary>The user's memory; loads it if need be.</summary>
    public UserState User(string jid)
    {
        Input(new TimerInput(ShardKey.UserId(jid)));
        return _executor.LoadedUsers.Single(u => u.UserId == ShardKey.UserId(jid));
    }

    /// <summary>Binds a resource; the client has no stream management until <see cref="BenchClient.Enable"/>.</summary>
    public BenchClient Connect(string jid, string? resource = null)
    {
        var client = new BenchClient(this, Jid.Parse(jid), NextConnection());
        _clients[client.Connection] = client;
        Input(new BindInput(client.UserId, client.Connection, client.Account, resource, "127.0.0.1"));
        return client;
    }

    public AdminReply Ask(AdminRequest request)
    {
        AdminReply? reply = null;
        Input(new AdminInput(request, r => reply = r));
        return reply ?? throw new InvalidOperationException("the request was not answered");
    }

    /// <summary>Hands an input to the executor and runs until nothing is left to do.</summary>
    public void Input(object input)
    {
        _inbox.Enqueue(input);
        Run();
    }

    /// <summary>A component sends a stanza, with <c>from</c> and <c>to</c>.</summary>
    public void FromComponent(string xml)
    {
        if (!Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza) || stanza is not { From: { } from, To: { } to })
        {
            throw new ArgumentException($"not a stanza of a component: {xml}", nameof(xml));
        }

        Input(new ComponentStanzaInput(ShardKey.UserId(to.Bare.ToString()), stanza, from, to));
    }

    /// <summary>Lets time pass, stopping at every deadline on the way.</summary>
    public void Advance(TimeSpan time)
    {
        var until = Now + (long)time.TotalMilliseconds;
        while (_executor.NextTimer <= until)
        {
            Now = Math.Max(Now, _executor.NextTimer);
            Run();
        }

        Now = until;
        Run();
    }

    /// <summary>The owner dies with everything in memory, and every socket with it; a new one starts on the same store.</summary>
    public void Crash()
    {
        _inbox.Clear();
        _clients.Clear();
        _executor = Start();
        Run();
    }

    /// <summary>For inputs that arise while the executor runs.</summary>
    internal void Post(object input) => (Hold?.Invoke(input) == true ? _held : _inbox).Enqueue(input);

    /// <summary>While it is set, the store is asked but its answers stay under way.</summary>
    public bool HoldReads
    {
        get => field;
        set
        {
            field = value;
            while (!value && _reads.TryDequeue(out var read))
            {
                Input(read);
            }
        }
    }

    /// <summary>What was held arrives, late.</summary>
    public void ReleaseHeld()
    {
        while (_held.TryDequeue(out var input))
        {
            Input(input);
        }
    }

    internal ConnectionId NextConnection() => new(++_connections);

    internal void Attach(BenchClient client) => _clients[client.Connection] = client;

    internal void Detach(BenchClient client) => _clients.Remove(client.Connection);

    private Executor Start()
    {
        Span<byte> id = stackalloc byte[16];
        _random.Fill(id);
        var me = new Incarnation(new Guid(id));
        var environment = new ActorEnvironment(Domain, Options, new StanzaIds(Store.Secret), _random, Store.ShardCount, "test")
        {
            Services = Services,
            Components = [.. _components],
            AccountRemoved = () => AccountsRemoved++,
            DefectMet = Defects.Add,
            Sabotage = (turn, input) => Sabotage?.Invoke(turn, input),
        };
        var executor = new Executor(environment, me, Store.TakeAll(me));
        executor.Restore(Store.ReadOutbox(), Store.ReadOutboxCursors(), Store.ReadSessions(), Store.ReadPushOutbox(), Now);
        return executor;
    }

    private void Commit(StoreEvent change, long userId)
    {
        // Accounts are made behind the owner's back, as an owner before this one would have made them.
        var shard = ShardKey.Shard(userId, Store.ShardCount);
        var maker = new Incarnation(Guid.Empty);
        var grant = Store.TakeAll(maker).Single(g => g.Shard == shard);
        Store.Commit(new GuardedBatch(Guid.NewGuid(), maker, [new ShardWrite(shard, grant.Epoch, grant.Committed, [change])]));
        _executor = Start();
    }

    private void Run()
    {
        for (var steps = 0; steps < 100_000; steps++)
        {
            if (_inbox.TryDequeue(out var input))
            {
                _executor.Handle(input, Now);
            }

            _executor.RunTimers(Now);
            while (_executor.Loads.TryDequeue(out var user) || _executor.BackgroundLoads.TryDequeue(out user))
            {
                Load(user);
            }

            var (batch, outputs) = _executor.Step();
            Carry(outputs);
            if (batch is not null)
            {
                var answer = Store.Commit(batch);
                Carry(_executor.OutputsInFlight);
                Carry(_executor.Answered(answer, Now));
            }
            else if (outputs.Count == 0 && _inbox.Count == 0)
            {
                return;
            }
        }

        throw new InvalidOperationException("the executor does not come to rest");
    }

    private void Load(long user)
    {
        UserRows? rows;
        try
        {
            rows = Store.LoadUser(user, Options.MaxQueuedStanzas + 1);
        }
        catch (FormatException e)
        {
            _executor.LoadFailed(user, e, Now);
            return;
        }

        _executor.Loaded(user, rows, Now, Store.IsErasing(user));
    }

    private void Carry(IReadOnlyList<HeldOutput> outputs)
    {
        foreach (var output in outputs)
        {
            switch (output.Kind)
            {
                case OutputKind.Stanza when _clients.TryGetValue(output.Connection, out var client): client.Take(output.Stanza); break;
                case OutputKind.Control when _clients.TryGetValue(output.Connection, out var client): client.Take((ControlOutput)output.What!); break;
                case OutputKind.Input or OutputKind.Offer or OutputKind.Confirm: _inbox.Enqueue(output.What!); break;
                case OutputKind.Read when ((Func<IStore, UserInput?>)output.What!)(Store) is { } read: (HoldReads ? _reads : _inbox).Enqueue(read); break;
                case OutputKind.Push: Push((PushNotification)output.What!); break;
                case OutputKind.Component: Component((ComponentStanza)output.What!); break;
                case OutputKind.Action: ((Action)output.What!)(); break;
                case OutputKind.Order: Order((HeldOrder)output.What!); break;
            }
        }
    }

    private void Order(HeldOrder held)
    {
        Orders.Add(held.Order);
        if (Desk(held.Order) is { } outcome)
        {
            _inbox.Enqueue(held.Done(outcome));
        }
    }

    private void Component(ComponentStanza stanza)
    {
        if (ComponentsConnected)
        {
            AtComponents.Add(XmlElement.Parse(stanza.Bytes));
        }
        else if (UndeliveredInput.Of(stanza.Bytes) is { } undelivered)
        {
            _inbox.Enqueue(undelivered);
        }
    }

    private void Push(PushNotification push)
    {
        Pushes.Add(push);
        if (Provider(push) is { } outcome)
        {
            _inbox.Enqueue(new PushDoneInput(push.UserId, push, outcome));
        }
    }
}

using Presence.Actors;
using Presence.Actors.Shards;
using Presence.Actors.Users;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Servers;

/// <summary>
/// The owner half of one life of a node: executors that share the shards, their lanes and readers, and the way between them. Dies as a whole. It must
/// never lose an input that the real process would not lose.
/// </summary>
public sealed class SimNode
{
    private readonly World _world;
    private readonly SimExecutor[] _executors;

    public SimNode(World world)
    {
        _world = world;
        Span<byte> id = stackalloc byte[16];
        world.Dice.Fill(id);
        var me = new Incarnation(new Guid(id));
        var store = world.Store;
        if (world.Settings.Defect == Defect.ReadThenFence)
        {
            store.ReadStale(store.Inner.Fork());
            world.FinishLostBatches();
        }

        var grants = store.TakeAll(me);
        var environment = new ActorEnvironment(World.Domain, world.Options, new StanzaIds(store.Inner.Secret), world.Dice, store.Inner.ShardCount, "simulated")
        {
            Sabotage = world.Settings.Throws > 0 ? new SimDefects(world).Decided : null,
        };
        Environment = environment;
        Reader = new SimReader(world.Dice);
        _executors = [.. Enumerable.Range(0, world.Settings.Executors).Select(i => Make(i, environment, me, grants))];
        foreach (var executor in _executors)
        {
            var reads = store.Reads;
            executor.Executor.Restore(reads.ReadOutbox(), reads.ReadOutboxCursors(), reads.ReadSessions(), reads.ReadPushOutbox(), world.Now);
        }
    }

    public ActorEnvironment Environment { get; }

    public IReadOnlyList<SimExecutor> Executors => _executors;

    public SimReader Reader { get; }

    public SimExecutor Of(long userId) => OfShard(ShardKey.Shard(userId, _world.Store.Inner.ShardCount));

    public void Post(UserInput input) => Of(input.UserId).Inbox.Add(input);

    public void Accept(EdgeInput input) => Of(input.UserId).Inbox.Add(input);

    private SimExecutor OfShard(int shard) => _executors[shard % _executors.Length];

    private SimExecutor Make(int index, ActorEnvironment environment, Incarnation me, IReadOnlyList<ShardGrant> grants)
    {
        var executor = new Executor(environment, me, grants.Where(g => g.Shard % _world.Settings.Executors == index));
        return new SimExecutor(index, executor, _world, Carry, Load);
    }

    private void Load(long userId, Action<UserRows?> loaded) =>
        Reader.Add(() => _world.Store.Reads.LoadUser(userId, _world.Options.MaxQueuedStanzas + 1), rows => loaded((UserRows?)rows));

    private void Carry(HeldOutput output)
    {
        switch (output.Kind)
        {
            case OutputKind.Stanza: _world.Edge.Stanza(output.Connection, output.Stanza); break;
            case OutputKind.Control: _world.Edge.Control(output.Connection, (ControlOutput)output.What!); break;
            case OutputKind.Input: Post((UserInput)output.What!); break;
            case OutputKind.Offer: Offer((OutboxRow)output.What!); break;
            case OutputKind.Confirm: Hop(() => OfShard(((OutboxConfirmed)output.What!).FromShard).Inbox.Add(output.What!)); break;
            case OutputKind.Read:
                var read = (Func<IStore, UserInput?>)output.What!;
                Reader.Add(() => read(_world.Store.Inner), input => { if (input is UserInput found) { Post(found); } });
                break;
            case OutputKind.Push: _world.Pushes.Send((PushNotification)output.What!); break;
            case OutputKind.Action: ((Action)output.What!)(); break;
        }
    }

    private void Offer(OutboxRow item)
    {
        Hop(() => OfShard(item.ToShard).Inbox.Add(item));
        if (_world.Settings.Defect == Defect.ConfirmOnAccept)
        {
            OfShard(item.FromShard).Inbox.Add(new OutboxConfirmed(item.FromShard, item.ToShard, item.Sequence));
        }
    }

    /// <summary>Between two executors nothing is lost today; between nodes it will be, and the outbox is made for that.</summary>
    private void Hop(Action arrive)
    {
        if (!_world.Calm && _world.Dice.Chance(_world.Settings.HopLoss))
        {
            return;
        }

        arrive();
        if (!_world.Calm && _world.Dice.Chance(_world.Settings.HopLoss))
        {
            arrive();
        }
    }
}

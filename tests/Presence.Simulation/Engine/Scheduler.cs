using Presence.Simulation.Clients;
using Presence.Simulation.Servers;

namespace Presence.Simulation.Engine;

/// <summary>
/// Lists what may happen next and picks by weight. Anything that real threads, sockets and people could do in any order is a choice of its own; it must
/// never offer what could not happen.
/// </summary>
public sealed class Scheduler(World world)
{
    private static readonly MessageSort[] s_sorts =
    [
        MessageSort.Chat, MessageSort.Chat, MessageSort.Chat, MessageSort.Chat, MessageSort.Chat, MessageSort.Chat,
        MessageSort.Receipt, MessageSort.Headline, MessageSort.Noise,
    ];

    private readonly List<Choice> _choices = [];
    private readonly Dice _dice = world.Dice;
    private int _step;
    private int _idle;

    /// <summary>Does one thing. False: nothing but the clock could move.</summary>
    public bool Step()
    {
        _step++;
        _choices.Clear();
        _idle = 0;
        Executors();
        Connections();
        Devices();
        var moved = _choices.Count > _idle;
        Time();
        if (!world.Calm)
        {
            Disasters();
        }

        var choice = Pick();
        if (world.Trace.On)
        {
            world.Trace.Add($"{_step,5} +{world.Now - 1_700_000_000_000,-9} {choice.Name}");
        }

        choice.Act();
        world.Memory.Check();
        return moved;
    }

    private Choice Pick()
    {
        var total = 0;
        foreach (var choice in _choices)
        {
            total += choice.Weight;
        }

        var at = _dice.Below(total);
        foreach (var choice in _choices)
        {
            at -= choice.Weight;
            if (at < 0)
            {
                return choice;
            }
        }

        throw new InvalidOperationException("weights do not add up");
    }

    private void Add(int weight, string name, Action act)
    {
        if (weight > 0)
        {
            _choices.Add(new Choice(weight, name, act));
        }
    }

    private void Executors()
    {
        var store = world.Settings.StoreSpeed;
        foreach (var executor in world.Node.Executors)
        {
            if (executor.Leaving)
            {
                Add(100, $"executor {executor.Index} carries", () => executor.LeaveSome(_dice.Between(1, 6)));
            }
            else if (executor.HasWork && (executor.PausedUntil <= _step || world.Calm))
            {
                _idle += executor.HasInput ? 0 : 1;
                Add(100, $"executor {executor.Index} runs", () => Cycle(executor));
            }

            if (executor.Lane.Carrying)
            {
                Add(100, $"lane {executor.Index} carries", () => executor.Lane.CarrySome(_dice.Between(1, 6)));
            }
            else if (executor.Lane.Busy)
            {
                Add(store, $"lane {executor.Index} attempts", () => world.Note($"{executor.Lane.Attempt()}"));
            }
        }

        var reader = world.Node.Reader;
        Add(reader.Waiting ? store : 0, "a read is done", reader.ReadOne);
        Add(reader.Answering ? 60 : 0, "a read is answered", reader.AnswerOne);
        Add(world.Pushes.Waiting ? 30 : 0, "a push is answered", () => world.Pushes.AnswerOne(world.Calm));
    }

    private void Cycle(SimExecutor executor)
    {
        var count = _dice.Chance(300) ? executor.Inbox.Count : _dice.Between(0, executor.Inbox.Count);
        if (world.Trace.On)
        {
            foreach (var input in executor.Inbox.Take(count))
            {
                world.Note($"{Describe.Input(input)}");
            }
        }

        executor.Cycle(Math.Max(count, world.Calm ? 1 : 0));
        world.Memory.Ran(executor);
    }

    private void Connections()
    {
        foreach (var connection in world.Edge.Connections)
        {
            if (SimEdge.CanRead(connection))
            {
                // A socket that is gone is noticed late.
                var weight = connection.In.Count == 0 && !world.Calm ? 5 : world.Settings.NetSpeed;
                Add(weight, $"edge reads of {connection.Device.Name} ({connection.Id})", () => world.Edge.Read(connection));
            }

            if (connection.Written > connection.Reported && !connection.Managed)
            {
                Add(30, $"edge reports what is written to {connection.Device.Name}", () => world.Edge.ReportWritten(connection));
            }

            if (connection.AckDue && !connection.Ended)
            {
                Add(30, $"edge asks {connection.Device.Name} for an ack", () => SimEdge.AskForAck(connection));
            }
        }
    }

    private void Devices()
    {
        foreach (var device in world.Devices)
        {
            if (device.CanReceive)
            {
                Add(world.Settings.NetSpeed, $"{device.Name} receives", () => world.Note($"{device.Receive()}"));
            }

            if (device.Connection is null)
            {
                Add(device.Asleep ? 0 : world.Calm ? 30 : 6, $"{device.Name} connects", device.Connect);
                continue;
            }

            if (!device.Idle)
            {
                continue;
            }

            foreach (var wish in App.Wishes(device, world))
            {
                _choices.Add(wish);
            }

            if (device.OwesAck)
            {
                Add(20, $"{device.Name} acknowledges", device.Acknowledge);
            }

            if (device.Unacknowledged && device.Session!.Managed && device.Connection.In.Count == 0)
            {
                Add(world.Calm ? 10 : 4, $"{device.Name} asks for an ack", device.RequestAck);
            }
        }
    }

    private void Time()
    {
        Add(25, "1–40 ms pass", () => world.Now += _dice.Between(1, 40));
        Add(world.Calm ? 5 : 4, "seconds pass", () => world.Now += _dice.Between(200, 6_000));
        if (!world.Calm)
        {
            Add(world.Settings.LongJumps, "minutes pass", () => world.Now += _dice.Between(10_000, 900_000));
        }
    }

    private void Disasters()
    {
        var settings = world.Settings;
        Add(settings.Crash, "CRASH", world.Crash);
        Add(2, "an executor stalls", () => _dice.OneOf(world.Node.Executors).PausedUntil = _step + _dice.Below(40));
        foreach (var device in world.Devices)
        {
            Add(settings.Talk / world.Devices.Count, $"{device.Name} writes", () => Write(device));
            if (device.Connection is { ClientGone: false })
            {
                Add(settings.Drop, $"{device.Name} loses its socket", device.Break);
                Add(settings.Kill, $"{device.Name} is killed", device.Kill);
            }
        }
    }

    private void Write(SimDevice device)
    {
        var receiver = _dice.OneOf(world.Accounts);
        if (receiver == device.Account && _dice.Chance(700))
        {
            return;
        }

        var full = receiver != device.Account && _dice.Chance(250);
        var to = full ? $"{receiver.Jid}/{_dice.OneOf(receiver.Devices).Resource}" : receiver.Jid.ToString();
        var sort = _dice.OneOf(s_sorts);
        device.Compose(world.Ledger.Add(id => new SimMessage(id, device, receiver, to, sort)));
    }
}

using Presence.Actors.Users;
using Presence.Routing;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Servers;

/// <summary>
/// Decisions that throw once their effects are there, as a defect would (ADR 0019). Only where nothing promised may be lost by it: a stanza that throws is
/// answered with an error, and a message that throws twice goes back, which is for the tests of Presence.Actors.
/// </summary>
internal sealed class SimDefects(World world)
{
    private readonly HashSet<int> _thrown = [];

    public void Decided(Turn turn, object input)
    {
        if (!world.Calm && world.Dice.Chance(world.Settings.Throws) && Fits(input))
        {
            world.Note($"THROWS at {Describe.Input(input)}");
            world.LoseMemory();
            throw new InvalidOperationException("a defect on purpose");
        }
    }

    private bool Fits(object input) => input switch
    {
        OutboxInput outbox => world.Ledger.Find(outbox.Stanza.Bytes) is { } message && _thrown.Add(message.Id),
        TimerInput or AckInput or AckRequestInput or ClientStateInput or ResumeInput or DetachedInput or WrittenInput or BodiesInput => true,
        _ => false,
    };
}

using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Simulation.Checks;

/// <summary>
/// What must hold once faults have ended, everybody is connected and nothing moves any more: all promises kept (A1, A4) and nothing left over. It must
/// never be asked before.
/// </summary>
public sealed class EndWatch(World world)
{
    public void Check()
    {
        foreach (var message in world.Ledger.Messages)
        {
            Kept(message);
        }

        var state = world.Store.Inner.State;
        True(state.Outbox.IsEmpty, "Liveness", "an outbox item is left");
        foreach (var device in world.Devices)
        {
            True(!device.Unacknowledged, "Liveness", $"{device.Name} waits for an acknowledgement");
            Entitled(device, state.Users[device.Account.UserId]);
        }

        foreach (var account in world.Accounts)
        {
            var user = state.Users[account.UserId];
            True(user.Deliveries.IsEmpty, "Liveness", $"{account.Jid} has delivery rows left");
        }
    }

    private static void Kept(SimMessage message)
    {
        if (!message.Durable)
        {
            return;
        }

        True(message.Acknowledged || message.Abandoned, "Liveness", $"{message} was never acknowledged");
        True(message.SenderRows > 0 || message.Abandoned, "S2", $"{message} was acknowledged and is not in the store");
        True(message.Crossings == message.SenderRows, "S1", $"{message} took effect {message.SenderRows} times and left {message.Crossings} times");
        True(message.ReceiverRows == message.Crossings, "S9", $"{message} left {message.Crossings} times and arrived {message.ReceiverRows} times");
        True(message.ReceiverRows == 0 || message.Receiver.Seen.Contains(message.Id), "A4", $"{message} is in the store and no device has it");
    }

    /// <summary>A1: everything that came while the session was available has reached it.</summary>
    private void Entitled(SimDevice device, MemoryUser user)
    {
        if (device.Session is not { SmId: { } id } session)
        {
            return;
        }

        var no = user.Docs.Values.First(d => d.SmId == id).SessionNo;
        if (!world.StoreWatch.AvailableSince.TryGetValue((device.Account.UserId, no), out var since))
        {
            throw new ViolationException("Liveness", $"{device.Name} is not available");
        }

        foreach (var row in user.Messages.Values)
        {
            var plain = (row.Flags & (MessageFlags.Outgoing | MessageFlags.ToFullJid)) == 0;
            if (row.Id > since && plain && world.Ledger.Find(row.Body) is { } message && !session.Seen.Contains(message.Id))
            {
                throw new ViolationException("A1", $"{device.Name} was available and never got {message}");
            }
        }
    }

    private static void True(bool holds, string invariant, string what)
    {
        if (!holds)
        {
            throw new ViolationException(invariant, what);
        }
    }
}

using Presence.Actors.Users;
using Presence.Routing;
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

        new RosterWatch(world).Check();
        new KeptWatch(world).Check();
        foreach (var account in world.Accounts)
        {
            // A session whose device has taken another resource is nobody's any more; what it lacks stays until it expires.
            var user = state.Users[account.UserId];
            var owned = user.Docs.Values.Where(d => account.Devices.Any(v => v.Session?.SmId == d.SmId)).Select(d => d.SessionNo).ToHashSet();
            True(user.Deliveries.Values.All(d => !owned.Contains(d.SessionNo)), "Liveness", $"{account.Jid} has delivery rows left");
        }
    }

    private void Kept(SimMessage message)
    {
        if (!message.Durable)
        {
            return;
        }

        True(message.Acknowledged || message.Abandoned, "Liveness", $"{message} was never acknowledged");
        True(message.Effects > 0 || message.Abandoned, "S2", $"{message} was acknowledged and took no effect");
        if (!message.Promised)
        {
            return;
        }

        True(message.ReceiverRows == message.Effects, "S9", $"{message} left {message.Effects} times and arrived {message.ReceiverRows} times");
        var note = message.ToSelf && message.Receiver.Devices.Count == 1;
        if (message.ReceiverRows > 0 && !message.Receiver.Seen.Contains(message.Id) && !message.Receiver.Careless && !note)
        {
            True((world.Settings.ArchiveSuffices && Archived(message)) || Waits(message), "A4", $"{message} was taken and no device has it");
        }
    }

    private bool Archived(SimMessage message) =>
        message.Sort != MessageSort.Chat
        || world.Store.Inner.State.Users[message.Receiver.UserId].Messages.Values.Any(m => world.Ledger.Find(m.Body) == message);

    /// <summary>Addressed to a device that has taken another resource: the next new session will be offered it.</summary>
    private bool Waits(SimMessage message)
    {
        var id = message.Receiver.UserId;
        var rows = world.Store.Inner.LoadUser(id, int.MaxValue)!;
        var user = UserLoading.Build(id, rows, message.Receiver.Jid, ShardKey.Shard(id, world.Store.Inner.ShardCount), world.Now, world.Node.Environment);
        var next = new SessionState { No = 1, FullJid = user.Jid.WithResource("next"), Since = user.LastId, Presence = "<presence/>"u8.ToArray() };
        return user.Backlog.Exists(row => MessageForms.Choose(row, next) == MessageForm.Plain && world.Ledger.Find(world.Store.Inner.State.Users[id].Messages[row.Id].Body) == message);
    }

    /// <summary>A1: everything that came while the session was there for it has reached it.</summary>
    private void Entitled(SimDevice device, MemoryUser user)
    {
        if (device.Session is not { SmId: { } id } session)
        {
            return;
        }

        var doc = user.Docs.Values.First(d => d.SmId == id);
        var key = (device.Account.UserId, doc.SessionNo);
        True(world.StoreWatch.AvailableSince.TryGetValue(key, out var since), "Liveness", $"{device.Name} is not available");
        var carbons = world.StoreWatch.CarbonsSince.GetValueOrDefault(key, long.MaxValue);
        foreach (var row in user.Messages.Values)
        {
            if (world.Ledger.Find(row.Body) is { } message && IsFor(row, message, doc, since, carbons) && message.SentIn != session && !session.Seen.Contains(message.Id))
            {
                throw new ViolationException("A1", $"{device.Name} is entitled to {message} and never got it");
            }
        }
    }

    private static bool IsFor(MessageRow row, SimMessage message, SessionDocRow doc, long since, long carbons)
    {
        if (row.Id > carbons && row.Flags.HasFlag(MessageFlags.CarbonEligible) && row.OriginSession != doc.SessionNo)
        {
            return true;
        }

        if (row.Flags.HasFlag(MessageFlags.ToFullJid))
        {
            return row.Id > doc.Since && row.ToResource == doc.Resource;
        }

        var incoming = !row.Flags.HasFlag(MessageFlags.Outgoing) || message.ToSelf;
        return incoming && row.Id > since;
    }

    private static void True(bool holds, string invariant, string what)
    {
        if (!holds)
        {
            throw new ViolationException(invariant, what);
        }
    }
}

using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Checks;

/// <summary>
/// The other half of S12: when all devices of an account have been without socket long enough, each of its registrations has been told of every message
/// worth it that its device lacks. It passes over what the user may have seen elsewhere, devices whose sessions are in
/// no row and die with their owner, and those that read the archive by themselves.
/// </summary>
public sealed class SleepWatch(World world)
{
    /// <summary>Longest time that may lie between what a client does and what the owner makes of it.</summary>
    private const long Slack = 1_000_000;

    public void Check()
    {
        foreach (var account in world.Accounts.Where(a => a.Devices.TrueForAll(d => d.Asleep) && !a.Careless))
        {
            foreach (var registration in world.Store.Inner.State.Users[account.UserId].Registrations.Values)
            {
                if (registration.DisabledReason is null && account.Devices.Find(d => d.Name == registration.Node) is { Traits: { Toggles: false, Archive: false }, Care: StreamCare.Resumes } device)
                {
                    Told(account, device, registration);
                }
            }
        }
    }

    private void Told(SimAccount account, SimDevice device, PushRegistrationRow registration)
    {
        var user = world.Store.Inner.State.Users[account.UserId];
        var since = world.StoreWatch.RegisteredSince[(account.UserId, registration.Node)];
        var used = account.Devices.Where(d => d != device).Select(d => d.LastUse).DefaultIfEmpty(0).Max();
        foreach (var row in user.Messages.Values)
        {
            if (user.Messages.Values.Any(later => later.Id > row.Id && later.Peer == row.Peer && account.Seen.Contains(world.Ledger.Find(later.Body)?.Id ?? -1)))
            {
                // A push tells of a conversation; with its newest message on the device there is none.
                continue;
            }

            const MessageFlags Kinds = MessageFlags.Deserving | MessageFlags.Outgoing | MessageFlags.ToSelf | MessageFlags.ToFullJid;
            var worth = (row.Flags & Kinds) == MessageFlags.Deserving && row.Id > since;
            if (!worth || account.Seen.Contains(world.Ledger.Find(row.Body)?.Id ?? -1) || used + Slack > row.Id >> 20)
            {
                continue;
            }

            if (world.PushWatch.LatestOf(registration.Service, registration.Node, row.Peer) < row.Id)
            {
                throw new ViolationException("S12", $"{registration.Node} was never told of {world.Ledger.Find(row.Body)} (row {row.Id})");
            }
        }
    }
}

using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Checks;

/// <summary>
/// What must hold of contacts at the end of a run: both sides of a subscription agree, every client has the roster of the store, and sees
/// those whom it follows. It must never be asked while anything moves.
/// </summary>
public sealed class RosterWatch(World world)
{
    public void Check()
    {
        foreach (var one in world.Accounts)
        {
            foreach (var other in world.Accounts)
            {
                if (one != other)
                {
                    Agree(one, other);
                }
            }
        }

        foreach (var device in world.Devices)
        {
            Roster(device);
            if (world.Settings.Rejected == 0)
            {
                Contacts(device);
            }
        }
    }

    private void Agree(SimAccount one, SimAccount other)
    {
        var (follows, asks) = (Row(one, other) is { } row && row.Subscription.HasFlag(Subscription.To), Row(one, other)?.Ask == true);
        var (followed, asked) = (Row(other, one) is { } back && back.Subscription.HasFlag(Subscription.From), Row(other, one)?.PendingIn == true);
        // Not the other way round: a refusal under way may cancel a request that was made after it, and that one is granted all the same (RFC 6121 A.3).
        if (follows && !followed && !asked)
        {
            throw new ViolationException("Roster", $"{one.Jid} follows {other.Jid}, who does not let him");
        }

        if (asks && !asked && !followed)
        {
            throw new ViolationException("Roster", $"{one.Jid} asks {other.Jid}, who was not asked");
        }
    }

    private void Roster(SimDevice device)
    {
        if (device.Session!.Roster is not { } roster)
        {
            return;
        }

        foreach (var other in world.Accounts)
        {
            var row = other == device.Account ? null : Row(device.Account, other);
            var shown = row is null || (row is { Subscription: Subscription.None, Ask: false, Name: null, PendingIn: true }) ? null : Text(row);
            var kept = roster.GetValueOrDefault(other.Jid.ToString());
            if (shown != kept)
            {
                throw new ViolationException("Roster", $"{device.Name} shows {other.Jid} as '{kept}', the store as '{shown}'");
            }
        }
    }

    /// <summary>Everybody is there: so must every client see those it follows, and the other devices of its own account.</summary>
    private void Contacts(SimDevice device)
    {
        foreach (var other in world.Devices)
        {
            if (other == device)
            {
                continue;
            }

            var follows = other.Account == device.Account || (Row(device.Account, other.Account) is { } row && row.Subscription.HasFlag(Subscription.To));
            var shown = device.Session!.Contacts.GetValueOrDefault(other.FullJid);

            // The other way round nothing is promised: that somebody hides is said once, in memory, to whoever is there.
            if (follows && shown is not "available")
            {
                throw new ViolationException("Presence", $"{device.Name} sees {shown ?? "nobody"} at {other.FullJid}");
            }
        }
    }

    private static string Text(RosterRow row) => $"{row.Subscription.ToString().ToLowerInvariant()} {(row.Ask ? "subscribe" : null)} {row.Name}";

    private RosterRow? Row(SimAccount one, SimAccount other) =>
        world.Store.Inner.State.Users[one.UserId].Roster.GetValueOrDefault(other.Jid.ToString());
}

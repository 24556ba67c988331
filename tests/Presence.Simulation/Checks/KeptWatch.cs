using Presence.Protocol.Xml;
using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Storage.Contracts;

namespace Presence.Simulation.Checks;

/// <summary>At the end of a run: what a client was told is kept is in the store, or something newer. It must never be asked while anything moves.</summary>
public sealed class KeptWatch(World world)
{
    public void Check()
    {
        foreach (var device in world.Devices)
        {
            var row = world.Store.Inner.ReadDocument(device.Account.UserId, DocumentKind.Private, Phrases.PrivateName(device.Name));
            var kept = row is null ? 0 : KeptApp.Of(XmlElement.Parse(row.Body));
            if (kept < device.KeptForSure || kept > device.Kept)
            {
                throw new ViolationException("Kept", $"{device.Name} was told {device.KeptForSure} is kept and sent {device.Kept}; the store has {kept}");
            }
        }
    }
}

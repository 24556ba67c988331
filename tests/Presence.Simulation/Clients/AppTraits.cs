namespace Presence.Simulation.Clients;

/// <summary>Which features the app of a device uses.</summary>
public sealed record AppTraits
{
    public bool Carbons { get; init; }

    /// <summary>Registers for pushes under the device's own address.</summary>
    public bool Push { get; init; }

    /// <summary>Asks, with its registration, that nothing be sent while it is inactive.</summary>
    public bool Hold { get; init; }

    /// <summary>Asks the archive before its initial presence.</summary>
    public bool Archive { get; init; }

    /// <summary>Takes another resource with each new session.</summary>
    public bool Fresh { get; init; }

    /// <summary>Takes its presence back and sends it again, now and then with a negative priority.</summary>
    public bool Toggles { get; init; }
}

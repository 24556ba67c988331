namespace Presence.Simulation.Engine;

/// <summary>An invariant of docs/protocol/ownership.md does not hold. Carries its name and what was seen; never a defect of the simulation itself.</summary>
public sealed class ViolationException(string invariant, string what) : Exception($"{invariant}: {what}")
{
    public string Invariant { get; } = invariant;
}

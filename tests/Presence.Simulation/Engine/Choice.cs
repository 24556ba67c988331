namespace Presence.Simulation.Engine;

/// <summary>Something that may happen next; the heavier, the likelier.</summary>
public readonly record struct Choice(int Weight, string Name, Action Act);

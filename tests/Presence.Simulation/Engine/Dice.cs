using Presence.Actors;

namespace Presence.Simulation.Engine;

/// <summary>The only source of chance in a run: the same seed throws the same numbers. It must never be asked from outside the one thread.</summary>
public sealed class Dice(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);

    /// <summary>0 … <paramref name="below"/> − 1.</summary>
    public int Below(int below) => _random.Next(below);

    /// <summary>Both bounds included.</summary>
    public int Between(int low, int high) => _random.Next(low, high + 1);

    /// <summary>True this many times in a thousand.</summary>
    public bool Chance(int perMille) => _random.Next(1000) < perMille;

    public T OneOf<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];
}

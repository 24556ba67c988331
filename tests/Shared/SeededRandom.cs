using Presence.Actors;

namespace Presence.Tests.Shared;

/// <summary>Randomness that a seed repeats.</summary>
public sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
}

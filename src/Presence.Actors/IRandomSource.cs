using System.Security.Cryptography;

namespace Presence.Actors;

/// <summary>The randomness port: session numbers, SM ids, batch ids. The simulation puts a seeded generator here.</summary>
public interface IRandomSource
{
    void Fill(Span<byte> bytes);
}

/// <summary>Randomness for production.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}

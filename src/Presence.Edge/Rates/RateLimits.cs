namespace Presence.Edge.Rates;

/// <summary>How much may come in over time before reading is held back; a value only.</summary>
/// <param name="StanzasPerSecond">First-level elements of every kind; a presence to all contacts counts as <see cref="BroadcastWeight"/>. 0: no limit.</param>
/// <param name="BytesPerSecond">Stream bytes, without TLS. 0: no limit.</param>
public readonly record struct RateLimits(int StanzasPerSecond, int BytesPerSecond)
{
    /// <summary>What a presence without an address counts: it goes to every contact.</summary>
    public const int BroadcastWeight = 10;

    /// <summary>No limit at all.</summary>
    public static RateLimits None { get; }
}

namespace Presence.Push;

/// <summary>Bounds of a <see cref="PushWorker"/>. Holds numbers only.</summary>
public sealed record PushWorkerOptions
{
    /// <summary>Pushes accepted but not yet settled; above it <see cref="PushWorker.TrySend"/> says "not now" and the durable outbox keeps them.</summary>
    public int Capacity { get; init; } = 65_536;

    /// <summary>Pushes being sent at one time.</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>A gateway that has not answered by then counts as <see cref="Routing.PushOutcome.Retry"/>.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for sends under way before it cancels them.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

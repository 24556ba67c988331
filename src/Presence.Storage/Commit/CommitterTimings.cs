namespace Presence.Storage.Commit;

/// <summary>How long a committer waits between attempts and before it spends its time on housekeeping. Has no influence on what is written.</summary>
public sealed record CommitterTimings
{
    /// <summary>First wait before an unknown outcome is asked again; doubled each time.</summary>
    public TimeSpan AfterUnknown { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>First wait after the store could not write; doubled each time.</summary>
    public TimeSpan AfterUnavailable { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait between two attempts.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Without a batch for this long the store is given time for housekeeping.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Pause between two steps of housekeeping.</summary>
    public TimeSpan IdleStep { get; init; } = TimeSpan.FromMilliseconds(10);
}

namespace Presence.Actors.Users;

/// <summary>Why a session ends; decides about its registrations and what its client is told.</summary>
public enum EndReason
{
    /// <summary>The client closed its stream, or it never was resumable.</summary>
    LoggedOut,

    /// <summary>Nobody resumed it in its life, or a new session needed its place before (sessions.md 2.7).</summary>
    Expired,

    /// <summary>Another session took its resource or its push address.</summary>
    Replaced,

    /// <summary>More waits for it than the limits allow (sessions.md 2.7).</summary>
    QueueFull,
    Kicked,

    /// <summary>The account is gone.</summary>
    Removed,

    /// <summary>A defect of this software took it.</summary>
    Defect,
}

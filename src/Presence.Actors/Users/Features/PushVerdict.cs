namespace Presence.Actors.Users.Features;

/// <summary>What to do about one message and one registration.</summary>
public enum PushAction : byte
{
    /// <summary>Now.</summary>
    Push,

    /// <summary>Decided, but not before a time: it waits as a row, and something may cancel it.</summary>
    Wait,

    /// <summary>Nothing to decide yet: an acknowledgement may still come.</summary>
    NotNow,
    Never,
}

/// <summary>The answer of <see cref="PushDecision"/>. It must never be stored as it is; what is stored follows from it.</summary>
/// <param name="At">Unix milliseconds of the next look for Wait and NotNow; long.MaxValue = when something happens.</param>
public readonly record struct PushVerdict(PushAction Action, PushReason Reason, long At);

namespace Presence.Actors.Users.Features;

/// <summary>What a message is to a phone that sleeps (sessions.md 5.2). A fact about the message alone; never about its sender or the device.</summary>
public enum PushWorth : byte
{
    /// <summary>A receipt, a state, a marker, an error, an own message.</summary>
    Nothing,

    /// <summary>A body, plain or encrypted, an invitation, a proposed call. A reply (XEP-0461) is one too.</summary>
    Message,

    /// <summary>Other words for a message that had its push (XEP-0308).</summary>
    Correction,

    /// <summary>XEP-0444.</summary>
    Reaction,

    /// <summary>XEP-0424. Its fallback body is for clients that do not know it.</summary>
    Retraction,

    /// <summary>Its author took it back before it was read; there is nothing to be told any more.</summary>
    Retracted,
}

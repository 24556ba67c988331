namespace Presence.Actors;

/// <summary>Where a defect showed itself.</summary>
public enum DefectPlace
{
    /// <summary>In what a client of the user sent.</summary>
    Client,

    /// <summary>In what somebody else sent, or a component.</summary>
    Neighbour,

    /// <summary>In a message or subscription taken from an outbox.</summary>
    Outbox,

    /// <summary>At a deadline of the user's.</summary>
    Deadline,

    /// <summary>When the user's rows were loaded.</summary>
    Load,

    /// <summary>When the store was asked for something, or in its answer.</summary>
    Read,

    /// <summary>In the answer of a push service.</summary>
    Push,

    /// <summary>In an operator's request.</summary>
    Admin,

    /// <summary>In settling what an earlier defect left.</summary>
    Settling,
}

/// <summary>A defect of this software that hurt one user and nobody else.</summary>
/// <param name="User">Bare JID as far as it is known. For the log, never for a figure.</param>
/// <param name="Exception">Its message may hold what users wrote: only type and stack may be written down.</param>
public sealed record ContainedDefect(DefectPlace Place, string User, Exception Exception)
{
    /// <summary>
    /// Whether an exception may be put down to what was decided just now. Without memory nothing that follows can be relied on, so the process ends; a stack that
    /// overflows and damaged memory end it anyway.
    /// </summary>
    public static bool Is(Exception exception) => exception is not OutOfMemoryException;
}

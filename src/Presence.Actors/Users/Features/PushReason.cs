namespace Presence.Actors.Users.Features;

/// <summary>Why a push decision came out as it did; what <c>explain</c> prints as a sentence. The names are stored with message rows: add, never rename.</summary>
public enum PushReason : byte
{
    /// <summary>Nothing to wake anybody for: a receipt, a state, a marker, an own message.</summary>
    Undeserving,
    Blocked,

    /// <summary>Not for this device: addressed to another one, and no copies asked for.</summary>
    NotForDevice,
    Acknowledged,
    SeenElsewhere,

    /// <summary>Connected, but the message has not been sent yet.</summary>
    Unsent,

    /// <summary>Sent; the client has still time to acknowledge.</summary>
    AwaitsAck,
    OtherInUse,
    Call,
    InCall,
    NoOther,
    UsedLast,
    OthersIdle,
    Correction,
    Reaction,
    Retraction,
    Retracted,

    /// <summary>The user does not want to be woken by this conversation.</summary>
    Muted,
}

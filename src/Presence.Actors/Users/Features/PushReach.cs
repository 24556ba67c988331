namespace Presence.Actors.Users.Features;

/// <summary>How the device of a push registration can be reached at the moment (sessions.md 3.1). A fact about its session; never a decision.</summary>
public enum PushReach : byte
{
    /// <summary>The socket is up and the client has not said that it is inactive.</summary>
    Foreground,

    /// <summary>The socket is up, the client said <c>&lt;inactive/&gt;</c> and still takes messages (XEP-0352).</summary>
    Inactive,

    /// <summary>It was connected when the last owner died and has not had the time to come back.</summary>
    Returning,

    /// <summary>The socket is up, but the client asked that nothing be sent.</summary>
    Silent,

    /// <summary>The socket is gone, the session lives.</summary>
    Disconnected,

    /// <summary>The session is gone; only the registration is left.</summary>
    Gone,
}

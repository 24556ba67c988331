namespace Presence.Actors.Users.Eventing;

/// <summary>Who may read a node besides its owner (XEP-0060 §4.5), as far as it is supported. Blocked users never may.</summary>
public enum AccessModel : byte
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Who is subscribed to the owner's presence.</summary>
    Presence,

    /// <summary>Nobody: there are no members but the owner.</summary>
    Whitelist,
}

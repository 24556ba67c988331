namespace Presence.Actors.Users.Eventing;

/// <summary>What somebody is to the owner of a node.</summary>
public enum Reader : byte
{
    /// <summary>Does not see the owner's presence.</summary>
    Stranger,

    /// <summary>Sees the owner's presence.</summary>
    Contact,

    /// <summary>A client of the owner.</summary>
    Owner,
}

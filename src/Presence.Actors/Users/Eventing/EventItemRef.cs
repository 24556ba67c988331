namespace Presence.Actors.Users.Eventing;

/// <summary>An item without its payload, as the owner keeps it.</summary>
/// <param name="Place">Rises with every publication in the node: Unix milliseconds, or one more than the last.</param>
/// <param name="Size">Of the payload, in bytes as stored.</param>
public readonly record struct EventItemRef(string Id, long Place, int Size);

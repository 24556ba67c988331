namespace Presence.Actors.Users.Features;

/// <summary>
/// What an owner remembers about a user's pushes beyond their rows: which of them it has sent itself, and how far rows need no second look. All of it may be
/// lost: then a push whose answer is unknown leaves again under its id. Never a source of what is to be pushed.
/// </summary>
public sealed class PushMemory
{
    /// <summary>Sent by this owner and not answered: newest message each of them told of.</summary>
    public Dictionary<(string Service, string Node, string Conversation), long> InFlight { get; } = [];

    /// <summary>Per registration: rows up to here ask for nothing, whatever happens.</summary>
    public Dictionary<(string Service, string Node), long> Passed { get; } = [];
}

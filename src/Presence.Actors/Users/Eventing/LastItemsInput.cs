using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>The last items of some nodes, for a client of the owner or of a contact.</summary>
/// <param name="To">Full JID.</param>
/// <param name="Rows">None if the store could not be read.</param>
public sealed record LastItemsInput(long UserId, Jid To, IReadOnlyList<DocumentRow> Rows) : UserInput(UserId);

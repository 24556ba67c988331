using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Eventing;

/// <summary>Items asked of the store; <paramref name="Request"/> is the IQ to answer.</summary>
/// <param name="Rows">Null: the store could not be read.</param>
public sealed record NodeItemsInput(long UserId, Jid Asker, Stanza Request, string Node, IReadOnlyList<DocumentRow>? Rows) : UserInput(UserId);

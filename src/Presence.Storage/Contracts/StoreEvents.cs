namespace Presence.Storage.Contracts;

/// <summary>
/// Something that became true. The owner's <c>apply</c> changes its memory by it and the store projects it to rows inside the guarded call;
/// every projection is an upsert or names its key (a snapshot taken after a lock wait is old), so writing it twice changes nothing.
/// </summary>
public abstract record StoreEvent;

// -- accounts
public sealed record AccountCreated(AccountRow Account) : StoreEvent;
public sealed record CredentialsChanged(long UserId, CredentialRow Credentials) : StoreEvent;

/// <summary>
/// Removes the user at once: account, sessions and pushes. Every other row that carries its id is out of reach from then on and deleted in bounded steps
/// (<see cref="IStore.Erase"/>).
/// </summary>
public sealed record AccountRemoved(long UserId) : StoreEvent;
public sealed record AccountCursorsMoved(long UserId, long DeliveredAny, long LastId) : StoreEvent;

public sealed record ArchivePreferencesChanged(long UserId, ArchivePreferences Preferences) : StoreEvent;

// -- sessions
/// <summary>Upsert of the hot half.</summary>
public sealed record SessionStored(SessionRow Session) : StoreEvent;

/// <summary>Upsert of the cold half.</summary>
public sealed record SessionDocStored(SessionDocRow Doc) : StoreEvent;

/// <summary>Deletes both halves and the session's delivery rows, if its connection number still is <paramref name="Connection"/> (7.4: every deletion is conditional).</summary>
public sealed record SessionEnded(long UserId, int SessionNo, long Connection, TombstoneRow? Tombstone) : StoreEvent;

// -- message log
public sealed record MessageStored(MessageRow Message) : StoreEvent;

/// <summary>A row becomes a tombstone in its place, or a retraction is done with. A row that has gone meanwhile does not come back.</summary>
public sealed record MessageRewritten(long UserId, long Id, MessageFlags Flags, byte[] Body) : StoreEvent;

/// <summary>As <see cref="MessageStored"/>, of a message from another server: its id may lie below ids that are there.</summary>
public sealed record MessageImported(MessageRow Message) : StoreEvent;

/// <summary>Invisible rows that every cursor has passed.</summary>
public sealed record MessagesDropped(long UserId, IReadOnlyList<long> Ids) : StoreEvent;
public sealed record DeliveryNumbered(DeliveryRow Delivery) : StoreEvent;

/// <summary>Deletes the delivery rows of a session with a number ≤ <paramref name="UpTo"/>.</summary>
public sealed record DeliveryAcknowledged(long UserId, int SessionNo, long UpTo) : StoreEvent;

/// <summary>Deletes all delivery rows of a session, before an attach numbers them again.</summary>
public sealed record DeliveryCleared(long UserId, int SessionNo) : StoreEvent;

// -- push
public sealed record PushRegistered(PushRegistrationRow Registration) : StoreEvent;
public sealed record PushUnregistered(long UserId, string Service, string Node) : StoreEvent;
public sealed record PushScheduled(PushOutboxRow Push) : StoreEvent;
public sealed record PushRemoved(long UserId, string Service, string Node, string Conversation) : StoreEvent;

// -- roster and blocking
public sealed record RosterItemStored(RosterRow Item, long Version) : StoreEvent;
public sealed record RosterItemRemoved(long UserId, string Contact, long Version) : StoreEvent;
public sealed record JidBlocked(long UserId, string Jid) : StoreEvent;
public sealed record JidUnblocked(long UserId, string Jid) : StoreEvent;

// -- documents
public sealed record DocumentStored(DocumentRow Document) : StoreEvent;
public sealed record DocumentRemoved(long UserId, DocumentKind Kind, string Name) : StoreEvent;

// -- between shards
public sealed record OutboxAppended(OutboxRow Item) : StoreEvent;

/// <summary>The sender deletes what <paramref name="ToShard"/> has confirmed.</summary>
public sealed record OutboxTrimmed(int FromShard, int ToShard, long UpTo) : StoreEvent;

/// <summary>The receiver's cursor for one sending shard; written with the effect.</summary>
public sealed record OutboxAccepted(int Shard, int FromShard, long Sequence) : StoreEvent;

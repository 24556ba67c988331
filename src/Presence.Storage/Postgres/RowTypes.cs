namespace Presence.Storage.Postgres;

// The composite types of Migrations/0002_guarded_write.sql, by the names of their columns: what a batch writes crosses the wire as arrays of these.
// A property that is missing or out of order is found when the first batch is sent, so every contract test would fail.

internal sealed record EndedSession(long UserId, int SessionNo, long Connection, string? SmId, long HIn, long EndedAt);

internal sealed record AcknowledgedDelivery(long UserId, int SessionNo, long UpTo);

internal sealed record TrimmedOutbox(int FromShard, int ToShard, long UpTo);

internal sealed record MessageKey(long UserId, long Id);

internal sealed record RegistrationKey(long UserId, string Service, string Node);

internal sealed record PushKey(long UserId, string Service, string Node, string Conversation);

internal sealed record UserText(long UserId, string Value);

internal sealed record DocumentKey(long UserId, int Kind, string Name);

internal sealed record NewAccount(long UserId, string Jid, int Shard);

internal sealed record StoredSession(
    long UserId, int SessionNo, long Connection, long HIn, long OutSeq, long Acked, long Cursor, int Phase, long ExpiresAt, long DetachedAt, long LastInteraction);

internal sealed record StoredSessionDoc(
    long UserId, int SessionNo, string Resource, string? SmId, bool Carbons, bool Inactive, long Since, bool Away, string[] Directed, byte[]? Presence, long Offered);

internal sealed record StoredMessage(
    long UserId, long Id, string Peer, string? PeerResource, int Flags, int OriginSession, string? ToResource, string? Why, byte[] Body);

internal sealed record StoredDelivery(long UserId, int SessionNo, long OutSeq, long MessageId);

internal sealed record StoredRegistration(
    long UserId, string Service, string Node, int SessionNo, byte[]? Options, bool Hold, bool OwnForm, long Pushed, string? DisabledReason, string[]? Muted);

internal sealed record StoredPush(
    long UserId, string Service, string Node, string Conversation, long LatestId, int Count, long DueAt, int State, int Attempts, string Kind, long FirstId);

internal sealed record StoredRosterItem(
    long UserId, string Contact, int Subscription, bool Ask, bool PendingIn, bool Approved, string? Name, string[] Groups, byte[]? PendingStanza, long Version);

internal sealed record StoredDocument(long UserId, int Kind, string Name, string? Mark, byte[] Body);

internal sealed record StoredOutboxItem(int FromShard, int ToShard, long Seq, long Prev, int Kind, byte[] Body);

internal sealed record StoredOutboxCursor(int Shard, int FromShard, long Seq);

internal sealed record AccountKeys(
    long UserId, byte[] Salt, int Iterations, byte[] StoredKeySha1, byte[] ServerKeySha1, byte[] StoredKeySha256, byte[] ServerKeySha256);

internal sealed record AccountPreferences(long UserId, int? ArchiveDefault, string[]? ArchiveAlways, string[]? ArchiveNever);

internal sealed record AccountCursors(long UserId, long DeliveredAny, long LastId);

internal sealed record RosterVersion(long UserId, long Version);

internal sealed record RewrittenMessage(long UserId, long Id, int Flags, byte[] Body);

/// <summary>Everything one call of <c>apply_step</c> carries out, in the order in which it does; null is none.</summary>
internal sealed record WriteStep
{
    public EndedSession[]? Ended { get; init; }

    public long[]? RemovedAccounts { get; init; }

    public AcknowledgedDelivery[]? Acknowledged { get; init; }

    public TrimmedOutbox[]? Trimmed { get; init; }

    public MessageKey[]? Dropped { get; init; }

    public RegistrationKey[]? Unregistered { get; init; }

    public PushKey[]? Settled { get; init; }

    public UserText[]? RemovedContacts { get; init; }

    public UserText[]? Unblocked { get; init; }

    public DocumentKey[]? RemovedDocuments { get; init; }

    public NewAccount[]? Accounts { get; init; }

    public AccountKeys[]? Keys { get; init; }

    public AccountPreferences[]? Preferences { get; init; }

    public AccountCursors[]? Cursors { get; init; }

    public RosterVersion[]? RosterVersions { get; init; }

    public StoredSession[]? Sessions { get; init; }

    public StoredSessionDoc[]? Docs { get; init; }

    public StoredRegistration[]? Registrations { get; init; }

    public StoredPush[]? Pushes { get; init; }

    public StoredRosterItem[]? Contacts { get; init; }

    public UserText[]? Blocked { get; init; }

    public StoredDocument[]? Documents { get; init; }

    public StoredMessage[]? Messages { get; init; }

    public RewrittenMessage[]? Rewritten { get; init; }

    public StoredDelivery[]? Deliveries { get; init; }

    public StoredOutboxItem[]? Outbox { get; init; }

    public StoredOutboxCursor[]? OutboxCursors { get; init; }
}

namespace Presence.Storage.Contracts;

/// <summary>
/// The store port: the only authority. Writes go through <see cref="Commit"/> alone; reads see everything committed before they began.
/// Implementations: SQLite (single node), PostgreSQL (cluster), memory (simulation). All calls block; callers run them on threads of their own.
/// Everything but <see cref="Commit"/> and <see cref="Idle"/> throws <see cref="StoreException"/> when the store cannot be read or written;
/// reads may run on any number of threads beside one another and beside a commit.
/// </summary>
public interface IStore : IUserReads
{
    /// <summary>Number of shards, fixed when the store was created.</summary>
    int ShardCount { get; }

    /// <summary>Takes every shard for this incarnation: epoch + 1 and owner, in one transaction (single node: S8 by file lock).</summary>
    IReadOnlyList<ShardGrant> TakeAll(Incarnation owner);

    /// <summary>
    /// Tries once to write the batch. Never throws for I/O: trouble is told in the answer. Called by one committer at a time per lane.
    /// </summary>
    CommitAnswer Commit(GuardedBatch batch);

    /// <summary>
    /// One bounded step of housekeeping (checkpoint, giving space back), called by the committing thread when nothing waits; true if more is to be done.
    /// Never throws for I/O.
    /// </summary>
    bool Idle() => false;

    /// <summary>Credentials for a log-in; null if there is no such account.</summary>
    CredentialRow? ReadCredentials(long userId);

    /// <summary>One page of the archive or of the log.</summary>
    ArchivePage ReadArchive(ArchiveQuery query);

    /// <summary>
    /// Visible rows of a conversation with an id below <paramref name="beforeId"/> whose body contains the bytes, newest first: at most
    /// <paramref name="limit"/> of them, from among the newest <paramref name="look"/> of the conversation.
    /// </summary>
    IReadOnlyList<MessageRow> SearchConversation(long userId, string peer, long beforeId, byte[] text, int look, int limit);

    /// <summary>All outbox items of all shards that were not confirmed, by (from, to, sequence): read at start.</summary>
    IReadOnlyList<OutboxRow> ReadOutbox();

    /// <summary>All outbox cursors: (shard, from shard) → last accepted sequence.</summary>
    IReadOnlyList<OutboxAccepted> ReadOutboxCursors();

    /// <summary>Every resumable session's key, phase and expiry: what the timers of a starting owner are built from.</summary>
    IReadOnlyList<SessionRow> ReadSessions();

    /// <summary>Every push that has not been settled.</summary>
    IReadOnlyList<PushOutboxRow> ReadPushOutbox();

    /// <summary>
    /// Deletes rows of the message log, visible or not, that are older than the given id and that nobody needs: not above a session's cursor, not
    /// numbered and unacknowledged, not waiting for the next new session (Offline and above <see cref="AccountRow.DeliveredAny"/>). At most
    /// <paramref name="limit"/> rows and a bounded number of accounts per call, each call going on where the last one ended; returns the rows deleted.
    /// </summary>
    int TrimArchive(long olderThanId, int limit);

    /// <summary>Whether some account has no keys for SCRAM-SHA-256: it was moved here from a server that kept others.</summary>
    bool HasSha1OnlyAccounts() => false;

    /// <summary>
    /// Whether rows of a removed account of this id are still being deleted. Nothing reads them any more, but no account of the same name may be made
    /// before they are gone: it would find them.
    /// </summary>
    bool IsErasing(long userId) => false;

    /// <summary>
    /// One bounded step of deleting what removed accounts left: at most about <paramref name="limit"/> rows of the message log per call, overwritten where they
    /// lay if the store can do that. Returns false once there is nothing left to delete.
    /// </summary>
    bool Erase(int limit) => false;
}

/// <summary>All rows of one user but bodies.</summary>
/// <param name="Documents">In the order of kind and name.</param>
public sealed record UserRows(
    AccountRow Account,
    IReadOnlyList<RosterRow> Roster,
    IReadOnlyList<string> Blocked,
    IReadOnlyList<SessionRow> Sessions,
    IReadOnlyList<SessionDocRow> Docs,
    IReadOnlyList<DeliveryRow> Deliveries,
    IReadOnlyList<TombstoneRow> Tombstones,
    IReadOnlyList<PushRegistrationRow> Registrations,
    IReadOnlyList<PushOutboxRow> Pushes,
    IReadOnlyList<MessageRef> Tail,
    IReadOnlyList<MessageRef> Backlog,
    IReadOnlyList<DocumentRef> Documents)
{
    /// <summary>Most ids in <see cref="Retractions"/>.</summary>
    public const int MaxRetractions = 100;

    /// <summary>Bytes of rows that wait like those in <see cref="Backlog"/> behind its last, when it is as long as it may be.</summary>
    public long BacklogBytesBeyond { get; init; }

    /// <summary>Ids of rows flagged <see cref="MessageFlags.Unapplied"/>, oldest first, at most <see cref="MaxRetractions"/>.</summary>
    public IReadOnlyList<long> Retractions { get; init; } = [];

    /// <summary>Numbers of the sessions for which as many rows wait as were asked for, or more.</summary>
    public IReadOnlyList<int> Overfull { get; init; } = [];
}

/// <summary>A page request over a user's visible rows (XEP-0313 with XEP-0059). Ids are inclusive bounds for start/end, exclusive for before/after.</summary>
/// <param name="With">Peer as bare JID, or full JID when <paramref name="WithResource"/> is given.</param>
/// <param name="Backwards">Take the last page before <paramref name="BeforeId"/> (or the end); rows still come oldest first.</param>
/// <param name="Max">Rows wanted, 0 = only the count.</param>
/// <param name="Snapshot">Rows above this id are not seen: what was not committed when the query was decided.</param>
public sealed record ArchiveQuery(
    long UserId, string? With, string? WithResource, long? StartId, long? EndId, long? AfterId, long? BeforeId, bool Backwards, int Max, long Snapshot);

/// <summary>What an archive query found. Rows that are not visible never appear nor count.</summary>
/// <param name="Complete">No further row lies in the direction of paging, within all bounds of the query.</param>
/// <param name="Count">Rows that match the filter: peer, start, end and snapshot, but neither before nor after.</param>
/// <param name="FirstIndex">Index of the first row of the page among them; 0 for an empty page.</param>
/// <param name="UnknownId">
/// The before or after id is not a row of this user, or lies above the snapshot: answer item-not-found (XEP-0059 §2). The row need not match the filter.
/// </param>
public sealed record ArchivePage(IReadOnlyList<MessageRow> Rows, bool Complete, int Count, int FirstIndex, bool UnknownId);

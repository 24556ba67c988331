namespace Presence.Storage.Contracts;

/// <summary>
/// SCRAM keys as stored; no password is ever kept (RFC 5802 §5.1). One salt and iteration count serve both hashes.
/// </summary>
public sealed record CredentialRow(byte[] Salt, int Iterations, byte[] StoredKeySha1, byte[] ServerKeySha1, byte[] StoredKeySha256, byte[] ServerKeySha256);

/// <summary>A user. <paramref name="UserId"/> is derived from the bare JID (see Routing.ShardKey), so routing needs no lookup.</summary>
/// <param name="RosterVersion">Counts roster changes; the <c>ver</c> of RFC 6121 §2.6.</param>
/// <param name="DeliveredAny">Highest message id acknowledged by any device: what lies behind it waits for the next new session.</param>
/// <param name="LastId">Highest message id ever assigned; the next one is greater whatever the clock says.</param>
/// <param name="Archive">Null: the user has said nothing, everything is archived.</param>
public sealed record AccountRow(
    long UserId, string Jid, CredentialRow Credentials, long RosterVersion, long DeliveredAny, long LastId, ArchivePreferences? Archive = null);

/// <summary>What becomes of messages with a contact on neither list (XEP-0441 §2.1.1).</summary>
public enum ArchiveDefault : byte
{
    Always = 0,
    Never = 1,

    /// <summary>Archived if the contact is in the roster.</summary>
    Roster = 2,
}

/// <summary>Which messages the archive shows; the others are queued until they have arrived, no longer (sessions.md 4.1).</summary>
/// <param name="Always">Bare or full JIDs, in octet order.</param>
/// <param name="Never">Likewise.</param>
public sealed record ArchivePreferences(ArchiveDefault Default, IReadOnlyList<string> Always, IReadOnlyList<string> Never);

/// <summary>Life phase of a resumable session as stored.</summary>
public enum SessionPhase : byte
{
    /// <summary>A connection is attached (or was, when the owner died).</summary>
    Attached = 0,

    /// <summary>The socket is gone; the session lives until <see cref="SessionRow.ExpiresAt"/>.</summary>
    Disconnected = 1,
}

/// <summary>The hot half of a resumable session; small, rewritten often. Times are Unix milliseconds.</summary>
/// <param name="Connection">Raised by every attach; a deletion or report naming an older one is void.</param>
/// <param name="HIn">Inbound stanzas handled and committed (XEP-0198 h, 64 bits).</param>
/// <param name="OutSeq">Highest outbound number known durable.</param>
/// <param name="Acked">Highest outbound number the client acknowledged.</param>
/// <param name="Cursor">Rows of the message log up to this id have been considered for this session: numbered, acknowledged or not for it.</param>
/// <param name="ExpiresAt">When a disconnected session ends; 0 while attached.</param>
/// <param name="DetachedAt">When the socket went; 0 while attached.</param>
/// <param name="LastInteraction">Last time the user used this client (sessions.md 5.3).</param>
public sealed record SessionRow(
    long UserId, int SessionNo, long Connection, long HIn, long OutSeq, long Acked, long Cursor,
    SessionPhase Phase, long ExpiresAt, long DetachedAt, long LastInteraction);

/// <summary>The cold half of a resumable session; written seldom.</summary>
/// <param name="Presence">Last broadcast presence stanza as bytes, or null when none or unavailable.</param>
/// <param name="Since">Highest message id when the session was bound and its stream management enabled: earlier rows are for it only if they wait offline.</param>
/// <param name="Directed">Full or bare JIDs that got directed presence.</param>
/// <param name="Offered">Rows up to here were offered to it or came while it was available: at its next presence they are not offered again.</param>
public sealed record SessionDocRow(
    long UserId, int SessionNo, string Resource, string? SmId, byte[]? Presence, IReadOnlyList<string> Directed,
    bool Carbons, bool Inactive, long Since, bool Away, long Offered = 0);

/// <summary>What remains of an ended resumable session so that <c>&lt;failed h=…/&gt;</c> can be answered; ten per user are kept.</summary>
public sealed record TombstoneRow(long UserId, string SmId, long HIn, long EndedAt);

/// <summary>Facts about a stored message that decide who gets it and how, so that no body is needed for the decision.</summary>
[Flags]
public enum MessageFlags
{
    None = 0,

    /// <summary>Sent by this user; otherwise received.</summary>
    Outgoing = 1,

    /// <summary>Shown by the archive (XEP-0313); an invisible row is only queued and deleted when every cursor has passed.</summary>
    Visible = 2,

    /// <summary>Worth waking a phone for: a body, an encrypted body, an invitation, a call proposal; unless it only changes an earlier message.</summary>
    Deserving = 4,

    /// <summary>May be carbon-copied (XEP-0280 §6.1).</summary>
    CarbonEligible = 8,

    /// <summary>Addressed to a full JID whose resource was there: plain only for that resource.</summary>
    ToFullJid = 16,

    /// <summary>Waits for the next new session when nobody took it (XEP-0160).</summary>
    Offline = 32,

    /// <summary>From the user to the user: one row serves as both (sessions.md 4.1).</summary>
    ToSelf = 64,

    /// <summary>A call proposal (XEP-0353).</summary>
    Call = 128,

    /// <summary>Type error.</summary>
    Error = 256,

    /// <summary>Type groupchat.</summary>
    Groupchat = 512,

    /// <summary>Type headline.</summary>
    Headline = 1024,

    /// <summary>No message but a stanza for one session that is sent as it is: a roster push, a subscription stanza.</summary>
    Verbatim = 2048,

    /// <summary>Type normal. Rows written before this flag was known lack it and pass for chat.</summary>
    Normal = 4096,

    /// <summary>Corrects an earlier message (XEP-0308).</summary>
    Correction = 8192,

    /// <summary>Reacts to an earlier message (XEP-0444).</summary>
    Reaction = 16384,

    /// <summary>Takes an earlier message back (XEP-0424).</summary>
    Retraction = 32768,

    /// <summary>A tombstone: its author took the message back, and the body is gone.</summary>
    Retracted = 65536,

    /// <summary>A retraction whose original has not been looked for yet; without it a crash in between would leave the original as it was.</summary>
    Unapplied = 131072,

    /// <summary>Brought from another server's archive: shown by the archive, and never sent to a session, wherever its cursor is.</summary>
    Imported = 262144,
}

/// <summary>One row of a user's message log (sessions.md 4). <paramref name="Body"/> is the whole stamped stanza without stanza-id.</summary>
/// <param name="Id">Unix milliseconds &lt;&lt; 20 | counter, strictly rising per user.</param>
/// <param name="Peer">Bare JID of the other side.</param>
/// <param name="PeerResource">Resource of the other side, if any.</param>
/// <param name="OriginSession">Session number that sent an outgoing row; 0 if none.</param>
/// <param name="ToResource">Resource an incoming stanza was addressed to, or null.</param>
/// <param name="Why">The push decision made at arrival, for <c>explain</c>; null when no registration was there to decide for.</param>
public sealed record MessageRow(
    long UserId, long Id, string Peer, string? PeerResource, MessageFlags Flags, int OriginSession, string? ToResource, string? Why, byte[] Body);

/// <summary>A message row without its body, as the owner keeps it for rows that some session still lacks.</summary>
public sealed record MessageRef(long Id, string Peer, MessageFlags Flags, int OriginSession, string? ToResource, int Size);

/// <summary>A durable outbound number, written before the stanza is sent (S11); removed when acknowledged.</summary>
public readonly record struct DeliveryRow(long UserId, int SessionNo, long OutSeq, long MessageId);

/// <summary>A push registration (XEP-0357 or our own form). It outlives the session that made it.</summary>
/// <param name="SessionNo">Session that enabled it last; 0 when that session is gone.</param>
/// <param name="Options">Publish options as serialized form element, or null.</param>
/// <param name="Hold">The client asked that nothing be sent while it is inactive (sessions.md 3.1).</param>
/// <param name="Pushed">Highest message id already decided for this registration.</param>
/// <param name="Muted">Bare JIDs whose messages never wake this device; null = none.</param>
public sealed record PushRegistrationRow(
    long UserId, string Service, string Node, int SessionNo, byte[]? Options, bool Hold, bool OwnForm, long Pushed, string? DisabledReason,
    IReadOnlyList<string>? Muted = null);

/// <summary>State of a push on its way out.</summary>
public enum PushState : byte
{
    Due = 0,
    Claimed = 1,
}

/// <summary>A push that is to leave: one per (user, registration, conversation), later messages join it until it is claimed.</summary>
/// <param name="LatestId">Newest message it tells of; the provider's collapse id is derived from it.</param>
/// <param name="Count">How many messages it tells of.</param>
/// <param name="FirstId">Oldest message it tells of: what is older had a push of its own. 0 = not known.</param>
/// <param name="Kind">"message", "call" or "terminated".</param>
public sealed record PushOutboxRow(
    long UserId, string Service, string Node, string Conversation, long LatestId, int Count, long DueAt, PushState State, int Attempts, string Kind,
    long FirstId = 0);

/// <summary>Subscription state of a roster item (RFC 6121 §2.1.2.5).</summary>
public enum Subscription : byte
{
    None = 0,
    To = 1,
    From = 2,
    Both = 3,
}

/// <summary>A contact. An item with nothing but <paramref name="PendingIn"/> is not part of the roster shown (RFC 6121 A.2).</summary>
/// <param name="Ask">A subscription request of the user is pending (pending out).</param>
/// <param name="PendingIn">The contact's request waits for an answer; <paramref name="PendingStanza"/> is shown again at each log-in.</param>
/// <param name="Approved">The contact's request, should it come, is granted already (RFC 6121 §3.4).</param>
public sealed record RosterRow(
    long UserId, string Contact, Subscription Subscription, bool Ask, bool PendingIn, bool Approved, string? Name,
    IReadOnlyList<string> Groups, byte[]? PendingStanza);

/// <summary>What a document is kept for. The values are stored.</summary>
public enum DocumentKind : byte
{
    /// <summary>Private XML (XEP-0049); named by element and namespace.</summary>
    Private = 0,

    /// <summary>The vCard (XEP-0054); one, without a name. Marked with the hash of its photo.</summary>
    VCard = 1,

    /// <summary>A node of personal eventing (XEP-0163); named like it. Marked with its configuration, the body is the same as a form (XEP-0060 §8.2).</summary>
    EventNode = 2,

    /// <summary>An item of such a node; named by node and item, U+001F between them. Marked with its place among the others. The body is its payload.</summary>
    EventItem = 3,
}

/// <summary>XML the server keeps for a user and does not look into: one element that stands alone, as <paramref name="Body"/>.</summary>
/// <param name="Mark">What the owner has to know of the body without reading it; its meaning depends on the kind.</param>
public sealed record DocumentRow(long UserId, DocumentKind Kind, string Name, string? Mark, byte[] Body);

/// <summary>A document without its body, as the owner keeps it. <paramref name="Size"/> in bytes.</summary>
public sealed record DocumentRef(DocumentKind Kind, string Name, string? Mark, int Size);

/// <summary>What crosses from one shard to another and must not be lost.</summary>
/// <param name="Sequence">Position in the sending shard: (batch position &lt;&lt; 16) | index within the batch.</param>
/// <param name="Previous">Sequence of the item before it for the same pair of shards, 0 for the first.</param>
/// <param name="Body">The stamped stanza.</param>
public sealed record OutboxRow(int FromShard, long Sequence, long Previous, int ToShard, byte Kind, byte[] Body);

using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>A numbered stanza the client has not acknowledged. A durable one names its row and holds bytes only until it is sent.</summary>
public sealed class Unacknowledged
{
    /// <summary>Outbound number (XEP-0198 counts from 1).</summary>
    public long Number { get; set; }

    /// <summary>Id of the message row, or 0 for a stanza that exists in memory only.</summary>
    public long MessageId { get; set; }

    /// <summary>Row that this stanza shows as a page of the archive, or 0: acknowledged, it counts as delivered.</summary>
    public long Shows { get; set; }

    /// <summary>The bytes; empty for a durable stanza that has to be read from the store.</summary>
    public OutboundStanza Stanza { get; set; }
    public int Size { get; set; }

    /// <summary>Unix milliseconds when it was handed to the edge on the present connection; 0 = not yet.</summary>
    public long SentAt { get; set; }
    public bool HasBytes => !Stanza.Head.IsEmpty;
}

/// <summary>A stanza without row that waits for a session that takes nothing now; it gets its number when it is sent.</summary>
/// <param name="PresenceOf">Full JID whose presence it is: a later one replaces it (sessions.md 3.4). Null for anything else.</param>
/// <param name="Request">An IQ request; refused once the session has been away too long.</param>
/// <param name="After">Highest message id when it came: later rows are sent behind it.</param>
/// <param name="Key">What a later one of the same takes the place of, presence apart; null: nothing.</param>
public sealed record Waiting(OutboundStanza Stanza, string? PresenceOf, byte[]? Request, Jid? RequestFrom, long Since, long After, string? Key = null);

/// <summary>
/// One session of a user: what is stored of it, and what only lives as long as its owner. Changed by its user's decisions alone.
/// It must never hold bodies of messages that were sent or that wait: those are rows.
/// </summary>
public sealed class SessionState
{
    public required int No { get; init; }
    public required Jid FullJid { get; init; }
    public string Resource => FullJid.Resource!;

    /// <summary>The socket it is attached to, or null.</summary>
    public ConnectionId? Connection { get; set; }
    public string Remote { get; set; } = "";

    /// <summary>Raised by every attach and written with it.</summary>
    public long ConnectionNumber { get; set; }

    /// <summary>Stream management is enabled.</summary>
    public bool Managed { get; set; }

    /// <summary>The resumption id; null when the session ends with its socket. Sessions with one are stored.</summary>
    public string? SmId { get; set; }

    /// <summary>Life the client asked for (<c>max</c>, XEP-0198 §3); 0 = none.</summary>
    public int MaxSeconds { get; set; }

    /// <summary>Inbound stanzas handled; runs ahead of <see cref="HStored"/> (in the open or an in-flight batch) and <see cref="HCommitted"/>.</summary>
    public long HIn { get; set; }

    /// <summary>Inbound h as last emitted: committed with the open batch or the one in flight.</summary>
    public long HStored { get; set; }

    /// <summary>Inbound h that may be told: the store has it, or for a session that is not stored, everything it covers.</summary>
    public long HCommitted { get; set; }

    /// <summary>Since when a request for an acknowledgement waits for a commit, Unix milliseconds; 0 = none does.</summary>
    public long AckRequestedAt { get; set; }

    /// <summary><see cref="HIn"/> at the latest request.</summary>
    public long AckRequestedH { get; set; }

    /// <summary>Last outbound number given.</summary>
    public long OutSeq { get; set; }

    /// <summary>Outbound number that the client has acknowledged; all below it are. Without stream management: that was written to the socket.</summary>
    public long Acked { get; set; }

    /// <summary>Rows up to here have been considered: numbered, acknowledged or not for this session.</summary>
    public long Cursor { get; set; }

    /// <summary>Acknowledged in memory and not yet written; since when (0 = nothing).</summary>
    public long AckDirtySince { get; set; }

    /// <summary><see cref="Acked"/> as last emitted.</summary>
    public long AckedDurably { get; set; }

    /// <summary>Numbered and unacknowledged, in order; those from <see cref="NextToSend"/> on have not been sent on this connection.</summary>
    public List<Unacknowledged>? Unacked { get; set; }

    /// <summary>Index in <see cref="Unacked"/>.</summary>
    public int NextToSend { get; set; }

    /// <summary>Bytes of all in <see cref="Unacked"/>, sent or not.</summary>
    public int UnackedBytes { get; set; }

    /// <summary>Bytes sent on this connection and not acknowledged; see <see cref="SessionOptions.SendWindowBytes"/>.</summary>
    public int InWindow { get; set; }

    /// <summary>Bodies were asked of the store and have not come: nothing more is sent until they do.</summary>
    public bool Reading { get; set; }

    /// <summary>In order; only while the session is not receiving, or presence and chat states are held (XEP-0352).</summary>
    public List<Waiting>? Waiting { get; set; }

    /// <summary>Bytes of all in <see cref="Waiting"/>.</summary>
    public int WaitingBytes { get; set; }

    /// <summary>More presence changed than may wait: none is kept any more, and contacts are asked afresh when the session takes it again.</summary>
    public bool PresenceMissed { get; set; }

    /// <summary>Loaded from rows and not attached since: the client may know numbers the rows do not.</summary>
    public bool Restored { get; set; }

    /// <summary>Last broadcast presence, stamped and without <c>to</c>; null before initial presence and after unavailable.</summary>
    public byte[]? Presence { get; set; }
    public sbyte Priority { get; set; }

    /// <summary>What <see cref="Presence"/> says of the user's avatar.</summary>
    public Features.AvatarSaid AvatarSaid { get; set; }

    /// <summary>It was attached when the last owner died: its client is likely to come back at once.</summary>
    public bool FoundAttached { get; init; }

    /// <summary>The call this client is in (id of XEP-0353) and since when, as far as its messages tell.</summary>
    public string? CallId { get; set; }
    public long CallSince { get; set; }

    public HashSet<string>? Directed { get; set; }

    /// <summary>Highest message id when it was bound, or when its stream management began: earlier rows are for it only if they wait offline.</summary>
    public long Since { get; set; }

    /// <summary>Rows up to here were offered to it, or came while it was available: each is looked at once (ownership.md 6.5).</summary>
    public long Offered { get; set; }

    /// <summary>What its presence said last of its capabilities (XEP-0115); null = nothing, or not looked at yet.</summary>
    public Eventing.CapsSaid? Caps { get; set; }

    /// <summary>Nodes it wants to be told of; null = not known (yet). Clients that say the same share one set.</summary>
    public System.Collections.Frozen.FrozenSet<string>? Interests { get; set; }

    /// <summary>The id of the request by which it was asked what <see cref="Caps"/> means.</summary>
    public string? CapsQuestion { get; set; }

    /// <summary>It comes from rows, which say nothing of its <see cref="Interests"/>: they were known and have to be found again.</summary>
    public bool InterestsLost { get; set; }

    /// <summary>The server shows Away in the client's stead.</summary>
    public bool Away { get; set; }
    public long RestorePresenceAt { get; set; }
    public bool Carbons { get; set; }
    public bool Inactive { get; set; }
    public bool RosterRequested { get; set; }
    public bool BlocklistRequested { get; set; }

    /// <summary>Highest message id when this session last asked the archive and got a page; 0 = it has not. Visible rows up to there are not offered to it.</summary>
    public long ArchiveReach { get; set; }

    /// <summary>Archive queries that the store has not answered yet.</summary>
    public int ArchiveReads { get; set; }

    /// <summary>Orders of an administrator that have not been carried out yet.</summary>
    public int Orders { get; set; }

    /// <summary>Unix milliseconds when its connection went; 0 while it has one.</summary>
    public long DetachedAt { get; set; }

    /// <summary>Unix milliseconds when it ends unless it is resumed; 0 while it has a connection.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Unix milliseconds when the client was last in use (sessions.md 5.3); 0 = never.</summary>
    public long LastInteraction { get; set; }

    /// <summary>The row as last emitted, to spare writes that change nothing.</summary>
    public SessionRow? Stored { get; set; }

    public bool Attached => Connection is not null;
    public bool Available => Presence is not null;
    public bool Resumable => SmId is not null;

    /// <summary>Silent: inactive, and the push registration asked for hold (sessions.md 3.1). Follows the registrations (<see cref="UserApply"/>).</summary>
    public bool Hold { get; set; }
    public bool Silent => Attached && Inactive && Hold;
    public bool Receiving => Attached && !Silent;

    /// <summary>When something was last sent to the client that it has not acknowledged; 0 if nothing is outstanding.</summary>
    public long OldestUnansweredAt => Unacked is { Count: > 0 } list && list[0].SentAt != 0 ? list[0].SentAt : 0;
}

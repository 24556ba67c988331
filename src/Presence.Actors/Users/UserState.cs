using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// One user as its owner knows it: rows (changed by events only, see <see cref="UserApply"/>) and what lives in memory (sessions' sockets,
/// numbers, waiting stanzas). Touched by one executor. It must never hold bodies of stored messages.
/// </summary>
public sealed class UserState
{
    public required long UserId { get; init; }

    /// <summary>Bare JID.</summary>
    public required Jid Jid { get; set; }
    public required int Shard { get; init; }

    /// <summary>False once the account has been removed: what arrives afterwards finds nobody.</summary>
    public bool Exists { get; set; } = true;

    /// <summary>The account was removed and its rows may still be there: see <see cref="IStore.IsErasing"/>.</summary>
    public bool Erasing { get; set; }

    /// <summary>How often the account was removed in this memory.</summary>
    public int Removals { get; set; }
    public long RosterVersion { get; set; }
    public long LastId { get; set; }

    /// <summary>
    /// Rows that no device has acknowledged, oldest first: offered to every session that becomes available. Complete up to
    /// <see cref="BacklogCutAt"/>; never longer than <see cref="BacklogLimit"/>.
    /// </summary>
    public List<MessageRef> Backlog { get; } = new(0);

    /// <summary>Behind this id rows may be missing in <see cref="Backlog"/>, until the user is loaded again; 0 = none are.</summary>
    public long BacklogCutAt { get; set; }

    /// <summary>Bytes of all rows that no device has acknowledged, also of those behind <see cref="BacklogCutAt"/>.</summary>
    public long BacklogBytes { get; set; }

    /// <summary>Rows an absent user keeps in memory. Whoever writes to it must not decide how much that is.</summary>
    public int BacklogLimit { get; init; } = 10_001;

    /// <summary>Sessions for which more rows waited than were loaded: see <see cref="SessionLimits.EndIncomplete"/>. Null = none.</summary>
    public List<int>? Overfull { get; set; }

    /// <summary>Everything up to here was acknowledged by some device; moves only past rows that were (docs/protocol, A-invariants).</summary>
    public long DeliveredAny => Backlog.Count > 0 && (BacklogCutAt == 0 || Backlog[0].Id <= BacklogCutAt) ? Backlog[0].Id - 1
        : BacklogCutAt != 0 ? BacklogCutAt : LastId;

    /// <summary><see cref="DeliveredAny"/> as last written.</summary>
    public long DeliveredAnyStored { get; set; }
    public Dictionary<string, RosterRow> Roster { get; } = [];
    public HashSet<string>? Blocked { get; set; }

    /// <summary>What is archived; null = everything.</summary>
    public Features.ArchivePolicy? Archive { get; set; }

    /// <summary>What is kept for the user, without bodies and without <see cref="Events"/>; null = nothing.</summary>
    public List<DocumentRef>? Documents { get; set; }

    /// <summary>Nodes of personal eventing, which are documents too; null = none.</summary>
    public Eventing.EventNodes? Events { get; set; }

    /// <summary>Documents asked of the store that it has not answered yet.</summary>
    public int DocumentReads { get; set; }

    /// <summary>SHA-1 of the vCard's photo in hexadecimal digits; empty: a vCard without one; null: no vCard (XEP-0153).</summary>
    public string? Photo => Documents?.Find(d => d.Kind == DocumentKind.VCard)?.Mark;

    public List<SessionState> Sessions { get; } = new(1);

    /// <summary>Rows that some session still lacks, oldest first.</summary>
    public List<MessageRef> Tail { get; } = new(0);
    public List<TombstoneRow> Tombstones { get; } = new(0);
    public List<PushRegistrationRow> Registrations { get; } = new(0);
    public List<PushOutboxRow> Pushes { get; } = new(0);

    /// <summary>Retractions whose original is still to be looked for, in order; at most <see cref="UserRows.MaxRetractions"/>. Null = none.</summary>
    public List<long>? Retractions { get; set; }

    /// <summary>The store has been asked for the first of <see cref="Retractions"/>.</summary>
    public bool RetractionUnderWay { get; set; }

    /// <summary>When the executor's timer heap will look at this user next; long.MaxValue = not at all.</summary>
    public long ScheduledAt { get; set; } = long.MaxValue;

    /// <summary>When a push waits for its time to come (another client in use, an acknowledgement outstanding); long.MaxValue = no.</summary>
    public long PushReviewAt { get; set; } = long.MaxValue;

    public Features.PushMemory PushMemory => field ??= new Features.PushMemory();

    /// <summary>Bytes of rows in <see cref="Tail"/>.</summary>
    public long TailBytes { get; set; }

    public SessionState? SessionOf(Presence.Routing.ConnectionId connection)
    {
        foreach (var session in Sessions)
        {
            if (session.Connection == connection)
            {
                return session;
            }
        }

        return null;
    }

    public SessionState? SessionOf(string resource)
    {
        foreach (var session in Sessions)
        {
            if (session.Resource == resource)
            {
                return session;
            }
        }

        return null;
    }

    public SessionState? SessionOf(int no)
    {
        foreach (var session in Sessions)
        {
            if (session.No == no)
            {
                return session;
            }
        }

        return null;
    }

    public bool IsBlocked(Jid jid)
    {
        // Never between the user's own devices, whatever the list says (XEP-0191 §5).
        if (Blocked is null || jid.Bare == Jid)
        {
            return false;
        }

        return Blocked.Contains(jid.Bare.ToString()) || Blocked.Contains(jid.Domain)
            || (jid.Resource is not null && (Blocked.Contains(jid.ToString()) || Blocked.Contains($"{jid.Domain}/{jid.Resource}")));
    }
}

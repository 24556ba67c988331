using Presence.Protocol.Addressing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Changes a user's memory by what became true. The store makes rows of the same events, so memory after an event equals what a load would
/// give. No clock, no randomness, no output.
/// </summary>
public static class UserApply
{
    public static void Apply(UserState user, StoreEvent change)
    {
        switch (change)
        {
            case MessageStored e: Stored(user, e.Message); break;
            case MessageImported e: Imported(user, e.Message); break;
            case SessionStored e: Session(user, e.Session); break;
            case SessionEnded e: Ended(user, e); break;
            case ArchivePreferencesChanged e: user.Archive = new Features.ArchivePolicy(e.Preferences); break;
            case AccountCursorsMoved e: user.DeliveredAnyStored = e.DeliveredAny; user.LastId = Math.Max(user.LastId, e.LastId); break;
            case RosterItemStored e: user.Roster[e.Item.Contact] = e.Item; user.RosterVersion = e.Version; break;
            case RosterItemRemoved e: user.Roster.Remove(e.Contact); user.RosterVersion = e.Version; break;
            case JidBlocked e: (user.Blocked ??= []).Add(e.Jid); break;
            case JidUnblocked e: user.Blocked?.Remove(e.Jid); break;
            case MessageRewritten e: Rewritten(user, e); break;
            case MessagesDropped e: Dropped(user, e.Ids); break;
            case PushRegistered e: Registered(user, e.Registration); break;
            case PushUnregistered e:
                user.Registrations.RemoveAll(r => r.Service == e.Service && r.Node == e.Node);
                Holds(user);
                break;
            case PushScheduled e: Scheduled(user, e.Push); break;
            case PushRemoved e: user.Pushes.RemoveAll(p => p.Service == e.Service && p.Node == e.Node && p.Conversation == e.Conversation); break;
            case AccountCreated e:
                user.Exists = true;
                user.Jid = Jid.Parse(e.Account.Jid);
                user.Archive = Features.ArchivePolicy.Of(e.Account.Archive);
                break;
            case DocumentStored e: Kept(user, e.Document); break;
            case DocumentRemoved e when Eventing.EventNodes.Holds(e.Kind): user.Events?.Removed(e.Kind, e.Name); break;
            case DocumentRemoved e: user.Documents?.RemoveAll(d => d.Kind == e.Kind && d.Name == e.Name); break;
            case AccountRemoved: Removed(user); break;
            case SessionDocStored or DeliveryNumbered or DeliveryAcknowledged or DeliveryCleared or CredentialsChanged: break;
            default: throw new ArgumentException($"{change.GetType().Name} is not an event of a user", nameof(change));
        }
    }

    private static void Stored(UserState user, MessageRow row)
    {
        user.LastId = Math.Max(user.LastId, row.Id);
        if ((row.Flags & MessageFlags.Unapplied) != 0)
        {
            (user.Retractions ??= []).Add(row.Id);
        }

        var reference = MessageForms.RefOf(row);
        if (user.Sessions.Count > 0)
        {
            user.Tail.Add(reference);
            user.TailBytes += reference.Size;
        }

        if (Backlog.IsOf(reference))
        {
            user.BacklogBytes += reference.Size;
            if (user.Backlog.Count < user.BacklogLimit)
            {
                user.Backlog.Add(reference);
            }
            else if (user.BacklogCutAt == 0)
            {
                user.BacklogCutAt = user.Backlog[^1].Id;
            }
        }
    }

    private static void Rewritten(UserState user, MessageRewritten e)
    {
        if ((e.Flags & MessageFlags.Unapplied) == 0)
        {
            user.Retractions?.Remove(e.Id);
        }

        foreach (var rows in (List<MessageRef>[])[user.Tail, user.Backlog])
        {
            var at = Tail.FirstBehind(rows, e.Id - 1);
            if (at < rows.Count && rows[at].Id == e.Id)
            {
                user.TailBytes += rows == user.Tail ? e.Body.Length - rows[at].Size : 0;
                user.BacklogBytes += rows == user.Backlog ? e.Body.Length - rows[at].Size : 0;
                rows[at] = rows[at] with { Flags = e.Flags, Size = e.Body.Length };
            }
        }
    }

    /// <summary>Sessions know nothing of it. What waits for a first device is put where its id belongs.</summary>
    private static void Imported(UserState user, MessageRow row)
    {
        user.LastId = Math.Max(user.LastId, row.Id);
        var reference = MessageForms.RefOf(row);
        if (Backlog.IsOf(reference) && (row.Flags & MessageFlags.Imported) == 0 && row.Id > user.DeliveredAnyStored)
        {
            Backlog.Insert(user, reference);
        }
    }

    private static void Dropped(UserState user, IReadOnlyList<long> ids)
    {
        // Mostly rows that have left the tail already.
        if (user.Tail.Count > 0 && ids.Count > 0)
        {
            var gone = ids.ToHashSet();
            user.TailBytes -= user.Tail.Where(m => gone.Contains(m.Id)).Sum(m => (long)m.Size);
            user.Tail.RemoveAll(m => gone.Contains(m.Id));
        }
    }

    /// <summary>Nothing is left but the highest id: should the account be made anew, its messages must not take an old one.</summary>
    private static void Removed(UserState user)
    {
        (user.Exists, user.Erasing) = (false, true);
        user.Removals++;
        user.Roster.Clear();
        user.Blocked = null;
        user.Archive = null;
        (user.Retractions, user.RetractionUnderWay) = (null, false);
        (user.Documents, user.Events) = (null, null);
        user.Sessions.Clear();
        user.Tail.Clear();
        user.Backlog.Clear();
        user.Tombstones.Clear();
        user.Registrations.Clear();
        user.Pushes.Clear();
        user.PushMemory.InFlight.Clear();
        user.PushMemory.Passed.Clear();
        (user.RosterVersion, user.DeliveredAnyStored, user.TailBytes, user.BacklogCutAt, user.BacklogBytes) = (0, 0, 0, 0, 0);
        user.PushReviewAt = long.MaxValue;
    }

    private static void Session(UserState user, SessionRow row)
    {
        if (user.SessionOf(row.SessionNo) is { } session)
        {
            session.Stored = row;
            session.HStored = row.HIn;
        }
    }

    private static void Ended(UserState user, SessionEnded e)
    {
        user.Sessions.RemoveAll(s => s.No == e.SessionNo);
        if (e.Tombstone is { } stone)
        {
            // In the order of a load, so that the same ones are kept when several sessions end at once.
            var at = user.Tombstones.FindLastIndex(t => t.EndedAt < stone.EndedAt || (t.EndedAt == stone.EndedAt && string.CompareOrdinal(t.SmId, stone.SmId) < 0));
            user.Tombstones.Insert(at + 1, stone);
            if (user.Tombstones.Count > 10)
            {
                user.Tombstones.RemoveAt(0);
            }
        }
    }

    private static void Registered(UserState user, PushRegistrationRow row)
    {
        var at = user.Registrations.FindIndex(r => r.Service == row.Service && r.Node == row.Node);
        if (at < 0)
        {
            user.Registrations.Add(row);
        }
        else
        {
            user.Registrations[at] = row;
        }

        Holds(user);
    }

    /// <summary>Whether a registration of the session asked that nothing be sent while its client is inactive.</summary>
    internal static bool HoldOf(UserState user, int sessionNo) =>
        user.Registrations.Exists(r => r.SessionNo == sessionNo && r is { Hold: true, DisabledReason: null });

    private static void Holds(UserState user)
    {
        foreach (var session in user.Sessions)
        {
            session.Hold = HoldOf(user, session.No);
        }
    }

    private static void Kept(UserState user, DocumentRow row)
    {
        var reference = new DocumentRef(row.Kind, row.Name, row.Mark, row.Body.Length);
        if (Eventing.EventNodes.Holds(row.Kind))
        {
            (user.Events ??= new()).Stored(reference);
            return;
        }

        var documents = user.Documents ??= new(1);
        documents.RemoveAll(d => d.Kind == row.Kind && d.Name == row.Name);
        documents.Add(reference);
    }

    private static void Scheduled(UserState user, PushOutboxRow row)
    {
        var at = user.Pushes.FindIndex(p => p.Service == row.Service && p.Node == row.Node && p.Conversation == row.Conversation);
        if (at < 0)
        {
            user.Pushes.Add(row);
        }
        else
        {
            user.Pushes[at] = row;
        }
    }
}

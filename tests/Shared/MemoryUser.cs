using System.Collections.Immutable;
using Presence.Storage.Contracts;

namespace Presence.Tests.Shared;

/// <summary>
/// All rows of one user in the memory store. Immutable, so that a batch that is refused halfway leaves no trace and a reader sees one moment.
/// Never checks what an event says; that is the owner's work, as with the other stores.
/// </summary>
public sealed record MemoryUser
{
    private const int TombstonesKept = 10;

    public static readonly MemoryUser Empty = new();

    public AccountRow? Account { get; init; }

    public ImmutableSortedDictionary<int, SessionRow> Sessions { get; init; } = ImmutableSortedDictionary<int, SessionRow>.Empty;

    public ImmutableSortedDictionary<int, SessionDocRow> Docs { get; init; } = ImmutableSortedDictionary<int, SessionDocRow>.Empty;

    public ImmutableSortedDictionary<(int Session, long OutSeq), DeliveryRow> Deliveries { get; init; } =
        ImmutableSortedDictionary<(int, long), DeliveryRow>.Empty;

    public ImmutableSortedDictionary<string, TombstoneRow> Tombstones { get; init; } = Texts<TombstoneRow>();

    public ImmutableSortedDictionary<string, PushRegistrationRow> Registrations { get; init; } = Texts<PushRegistrationRow>();

    public ImmutableSortedDictionary<string, PushOutboxRow> Pushes { get; init; } = Texts<PushOutboxRow>();

    public ImmutableSortedDictionary<string, RosterRow> Roster { get; init; } = Texts<RosterRow>();

    public ImmutableSortedSet<string> Blocked { get; init; } = ImmutableSortedSet.Create<string>(Utf8Order.Instance);

    public ImmutableSortedDictionary<long, MessageRow> Messages { get; init; } = ImmutableSortedDictionary<long, MessageRow>.Empty;

    public ImmutableSortedDictionary<(DocumentKind Kind, string Name), DocumentRow> Documents { get; init; } =
        ImmutableSortedDictionary.Create<(DocumentKind Kind, string Name), DocumentRow>(
            Comparer<(DocumentKind Kind, string Name)>.Create((a, b) => a.Kind != b.Kind ? a.Kind.CompareTo(b.Kind) : Utf8Order.Instance.Compare(a.Name, b.Name)));

    /// <summary>The user after one event; null if the event would violate a constraint.</summary>
    public MemoryUser? After(StoreEvent happened) => happened switch
    {
        AccountCreated e => Account is null ? this with { Account = e.Account } : null,
        AccountRemoved => Empty,
        CredentialsChanged e => this with { Account = Account is { } a ? a with { Credentials = e.Credentials } : null },
        ArchivePreferencesChanged e => this with { Account = Account is { } a ? a with { Archive = e.Preferences } : null },
        AccountCursorsMoved e => this with { Account = Account is { } a ? a with { DeliveredAny = e.DeliveredAny, LastId = e.LastId } : null },
        SessionStored e => this with { Sessions = Sessions.SetItem(e.Session.SessionNo, e.Session) },
        SessionDocStored e => this with { Docs = Docs.SetItem(e.Doc.SessionNo, e.Doc) },
        SessionEnded e => Ended(e),
        MessageStored e => this with { Messages = Messages.SetItem(e.Message.Id, e.Message) },
        MessageRewritten e => Messages.TryGetValue(e.Id, out var m)
            ? this with { Messages = Messages.SetItem(e.Id, m with { Flags = e.Flags, Body = e.Body }) } : this,
        MessageImported e => this with { Messages = Messages.SetItem(e.Message.Id, e.Message) },
        MessagesDropped e => this with { Messages = Messages.RemoveRange(e.Ids) },
        DeliveryNumbered e => this with { Deliveries = Deliveries.SetItem((e.Delivery.SessionNo, e.Delivery.OutSeq), e.Delivery) },
        DeliveryAcknowledged e => WithoutDeliveries(k => k.Session == e.SessionNo && k.OutSeq <= e.UpTo),
        DeliveryCleared e => WithoutDeliveries(k => k.Session == e.SessionNo),
        PushRegistered e => this with { Registrations = Registrations.SetItem(Key(e.Registration.Service, e.Registration.Node), e.Registration) },
        PushUnregistered e => this with { Registrations = Registrations.Remove(Key(e.Service, e.Node)) },
        PushScheduled e => this with { Pushes = Pushes.SetItem(Key(e.Push.Service, e.Push.Node, e.Push.Conversation), e.Push) },
        PushRemoved e => this with { Pushes = Pushes.Remove(Key(e.Service, e.Node, e.Conversation)) },
        RosterItemStored e => this with { Roster = Roster.SetItem(e.Item.Contact, e.Item), Account = At(e.Version) },
        RosterItemRemoved e => this with { Roster = Roster.Remove(e.Contact), Account = At(e.Version) },
        JidBlocked e => this with { Blocked = Blocked.Add(e.Jid) },
        JidUnblocked e => this with { Blocked = Blocked.Remove(e.Jid) },
        DocumentStored e => this with { Documents = Documents.SetItem((e.Document.Kind, e.Document.Name), e.Document) },
        DocumentRemoved e => this with { Documents = Documents.Remove((e.Kind, e.Name)) },
        _ => throw new InvalidOperationException($"No projection for {happened.GetType().Name}."),
    };

    /// <summary>Rows that may be for the session, above its cursor and what it has numbered.</summary>
    public IEnumerable<MessageRow> Waiting(SessionRow session)
    {
        var carbons = Docs.TryGetValue(session.SessionNo, out var doc) && doc.Carbons;
        var considered = Deliveries.Values.Where(d => d.SessionNo == session.SessionNo).Select(d => d.MessageId).Append(session.Cursor).Max();
        return Messages.Values.Where(m => m.Id > considered
            && (carbons || !m.Flags.HasFlag(MessageFlags.Outgoing) || m.Flags.HasFlag(MessageFlags.ToSelf)));
    }

    /// <summary>What <see cref="IUserReads.LoadUser"/> says of the tail.</summary>
    public IEnumerable<MessageRow> Tail(int limit)
    {
        if (Sessions.IsEmpty)
        {
            return [];
        }

        var numbered = Deliveries.Values.Select(d => d.MessageId).ToHashSet();
        var low = Math.Min(Sessions.Values.Min(s => s.Cursor), numbered.Count == 0 ? long.MaxValue : numbered.Min() - 1);
        return Sessions.Values.SelectMany(s => Waiting(s).Take(limit))
            .Concat(Messages.Values.Where(m => numbered.Contains(m.Id)))
            .Concat(Messages.Values.Where(m => m.Id > low && !m.Flags.HasFlag(MessageFlags.Visible)).Take(limit))
            .DistinctBy(m => m.Id).OrderBy(m => m.Id);
    }

    /// <summary>Rows <see cref="IStore.TrimArchive"/> may delete.</summary>
    public IEnumerable<long> Unneeded(long olderThanId)
    {
        var cursor = Sessions.IsEmpty ? long.MaxValue : Sessions.Values.Min(s => s.Cursor);
        var numbered = Deliveries.Values.Select(d => d.MessageId).ToHashSet();
        return Messages.Values
            .Where(m => m.Id < olderThanId && m.Id <= cursor && !numbered.Contains(m.Id) && !(WaitsOffline(m.Flags) && m.Id > Account?.DeliveredAny))
            .Select(m => m.Id);
    }

    /// <summary>The user without rows that were trimmed; the account remembers the highest id.</summary>
    public MemoryUser Without(IReadOnlyList<long> ids) => this with
    {
        Account = Account! with { LastId = Math.Max(Account.LastId, Messages.Keys.Last()) },
        Messages = Messages.RemoveRange(ids),
    };

    public static bool WaitsOffline(MessageFlags flags) => flags.HasFlag(MessageFlags.Offline)
        && (!flags.HasFlag(MessageFlags.Outgoing) || flags.HasFlag(MessageFlags.ToSelf));

    private AccountRow? At(long version) => Account is { } a ? a with { RosterVersion = version } : null;

    private MemoryUser Ended(SessionEnded e)
    {
        if (!Sessions.TryGetValue(e.SessionNo, out var session) || session.Connection != e.Connection)
        {
            return this;
        }

        var next = WithoutDeliveries(k => k.Session == e.SessionNo) with { Sessions = Sessions.Remove(e.SessionNo), Docs = Docs.Remove(e.SessionNo) };
        if (e.Tombstone is not { } stone)
        {
            return next;
        }

        var stones = next.Tombstones.SetItem(stone.SmId, stone);
        var old = stones.Values.OrderByDescending(t => t.EndedAt).ThenByDescending(t => t.SmId, Utf8Order.Instance).Skip(TombstonesKept);
        return next with { Tombstones = stones.RemoveRange(old.Select(t => t.SmId)) };
    }

    private MemoryUser WithoutDeliveries(Func<(int Session, long OutSeq), bool> gone) =>
        this with { Deliveries = Deliveries.RemoveRange(Deliveries.Keys.Where(gone)) };

    // NUL sorts before every character a JID or node may hold, so joined keys sort like their parts.
    private static string Key(params string[] parts) => string.Join('\0', parts);

    private static ImmutableSortedDictionary<string, T> Texts<T>() => ImmutableSortedDictionary.Create<string, T>(Utf8Order.Instance);
}

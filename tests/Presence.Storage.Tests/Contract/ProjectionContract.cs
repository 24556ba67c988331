using Presence.Storage.Contracts;
using Presence.Storage.Tests.Postgres;

namespace Presence.Storage.Tests.Contract;

public sealed class SqliteProjectionTests() : ProjectionContract(new SqliteSubject());

public sealed class PostgresProjectionTests() : ProjectionContract(new PostgresSubject());

public sealed class MemoryProjectionTests() : ProjectionContract(new MemorySubject());

/// <summary>Every event's rows, as read back after the store was closed and opened.</summary>
public abstract class ProjectionContract(StoreSubject subject) : IDisposable
{
    private const long User = 21;
    private const long Other = 37;
    private const int Shard = 5;

    private readonly Writer _writer = new(subject.Store);

    private IStore Store => subject.Store;

    public void Dispose()
    {
        subject.Dispose();
        GC.SuppressFinalize(this);
    }

    public static readonly StoreEvent[] Full =
    [
        new SessionStored(Sample.Session(User, 1, cursor: 100)),
        new SessionStored(Sample.Session(User, 2, cursor: 102)),
        new SessionDocStored(Sample.Doc(User, 1)),
        new SessionDocStored(Sample.Doc(User, 2) with { SmId = null, Presence = null, Directed = [] }),
        new MessageStored(Sample.Message(User, 100)),
        new MessageStored(Sample.Message(User, 101)),
        new MessageStored(Sample.Message(User, 102, resource: null) with { ToResource = null, Why = null, Body = [] }),
        new DeliveryNumbered(Sample.Delivery(User, 1, 6, 101)),
        new DeliveryNumbered(Sample.Delivery(User, 1, 7, 102)),
        new DeliveryNumbered(Sample.Delivery(User, 2, 6, 101)),
        new PushRegistered(Sample.Registration(User)),
        new PushRegistered(Sample.Registration(User, "") with { Options = null, DisabledReason = null, Hold = false, OwnForm = true }),
        new PushScheduled(Sample.Push(User)),
        new PushScheduled(Sample.Push(User, "x@y") with { State = PushState.Due }),
        new RosterItemStored(Sample.Item(User), 41),
        new RosterItemStored(Sample.Item(User, "a@b") with { Name = null, Groups = [], PendingStanza = null, PendingIn = true }, 42),
        new JidBlocked(User, "spam@example.com"),
        new JidBlocked(User, "example.com"),
        new DocumentStored(Sample.Document(User, "", DocumentKind.VCard)),
        new DocumentStored(Sample.Document(User) with { Mark = null }),
        new DocumentStored(Sample.Document(User, "ü")),
    ];

    private void Fill()
    {
        _writer.Write(Shard, new AccountCreated(Sample.Account(User)), new AccountCreated(Sample.Account(Other)));
        _writer.Write(Shard, Full);
    }

    private UserRows Load(int tail = 100)
    {
        subject.Reopen();
        return Store.LoadUser(User, tail)!;
    }

    private static void Same(object expected, object? actual) => Assert.Equal(Sample.Text(expected), Sample.Text(actual));

    [Fact]
    public void A_user_is_loaded_with_all_that_was_stored()
    {
        Fill();
        var rows = Load();

        Same(Sample.Account(User) with { RosterVersion = 42, LastId = 102 }, rows.Account);
        Same(Full.OfType<SessionStored>().Select(e => e.Session).ToArray(), rows.Sessions);
        Same(Full.OfType<SessionDocStored>().Select(e => e.Doc).ToArray(), rows.Docs);
        Same(Full.OfType<DeliveryNumbered>().Select(e => e.Delivery).ToArray(), rows.Deliveries);
        Same(Full.OfType<PushRegistered>().Select(e => e.Registration).OrderBy(r => r.Node).ToArray(), rows.Registrations);
        Same(Full.OfType<PushScheduled>().Select(e => e.Push).ToArray(), rows.Pushes);
        Same(Full.OfType<RosterItemStored>().Select(e => e.Item).OrderBy(i => i.Contact, StringComparer.Ordinal).ToArray(), rows.Roster);
        Same(new[] { "example.com", "spam@example.com" }, rows.Blocked);
        Same(
            new[] { new DocumentRef(DocumentKind.Private, "storage storage:bookmarks", null, 4), new(DocumentKind.Private, "ü", "mark", 4), new(DocumentKind.VCard, "", "mark", 4) },
            rows.Documents);
        Same(new[] { 101L, 102 }, rows.Tail.Select(m => m.Id).ToArray());
        Same(new MessageRef(101, "romeo@example.net", MessageFlags.Visible | MessageFlags.Deserving, 3, "phone", Sample.Message(User, 101).Body.Length), rows.Tail[0]);
        Same(Sample.Account(Other), Store.LoadUser(Other, 1)!.Account);
    }

    [Fact]
    public void Writing_the_same_events_again_changes_nothing()
    {
        Fill();
        var before = Sample.Text(Load());
        var fresh = new Writer(Store, number: 2);
        fresh.Write(Shard, Full);

        Assert.Equal(before, Sample.Text(Load()));
        Assert.Equal(3, Store.ReadArchive(new ArchiveQuery(User, null, null, null, null, null, null, false, 9, long.MaxValue)).Count);
    }

    [Fact]
    public void Upserts_replace_every_column()
    {
        Fill();
        var session = new SessionRow(User, 1, 30, 40, 50, 60, 70, SessionPhase.Attached, 80, 90, 100);
        var doc = new SessionDocRow(User, 1, "r", "s", [3], ["z@z"], false, true, 78, false, 79);
        var push = new PushOutboxRow(User, "push.example.org", "n1", "romeo@example.net", 1, 2, 3, PushState.Due, 5, "message", 1);
        var registration = new PushRegistrationRow(User, "push.example.org", "n1", 9, [7], false, true, 99, null, ["a@b", "ü@d"]);
        var item = new RosterRow(User, "romeo@example.net", Subscription.To, false, true, false, "R", ["G"], [1]);
        var preferences = Sample.Preferences();
        var message = new MessageRow(User, 101, "p@q", "r", MessageFlags.Outgoing, 8, "t", "w", [5]);
        _writer.Write(
            Shard, new SessionStored(session), new SessionDocStored(doc), new PushScheduled(push), new PushRegistered(registration),
            new RosterItemStored(item, 50), new MessageStored(message), new DeliveryNumbered(Sample.Delivery(User, 1, 6, 100)),
            new CredentialsChanged(User, Sample.Keys(9)), new AccountCursorsMoved(User, 1000, 2000),
            new ArchivePreferencesChanged(User, Sample.Preferences() with { Never = [] }), new ArchivePreferencesChanged(User, preferences));
        var rows = Load();

        Same(new AccountRow(User, "user21@example.org", Sample.Keys(9), 50, 1000, 2000, preferences), rows.Account);
        Same(Sample.Keys(9), Store.ReadCredentials(User));
        Same(session, rows.Sessions[0]);
        Same(doc, rows.Docs[0]);
        Same(push, rows.Pushes[0]);
        Same(registration, rows.Registrations[1]);
        Same(item, rows.Roster[1]);
        Same(new[] { message }, Store.ReadMessages(User, [101]));
        Assert.Equal(100, rows.Deliveries[0].MessageId);
    }

    [Fact]
    public void Removals_take_exactly_what_they_name()
    {
        Fill();
        _writer.Write(
            Shard, new DeliveryAcknowledged(User, 1, 6), new MessagesDropped(User, [100, 102, 999]), new PushUnregistered(User, "push.example.org", "n1"),
            new PushRemoved(User, "push.example.org", "n1", "x@y"), new RosterItemRemoved(User, "a@b", 60), new JidUnblocked(User, "example.com"));
        var rows = Load();

        Same(new[] { Sample.Delivery(User, 1, 7, 102), Sample.Delivery(User, 2, 6, 101) }, rows.Deliveries);
        Same(new[] { 101L }, Store.ReadMessages(User, [100, 101, 102]).Select(m => m.Id).ToArray());
        Assert.Equal([""], rows.Registrations.Select(r => r.Node));
        Assert.Equal(["romeo@example.net"], rows.Pushes.Select(p => p.Conversation));
        Assert.Equal(["romeo@example.net"], rows.Roster.Select(r => r.Contact));
        Assert.Equal(["spam@example.com"], rows.Blocked);
        Assert.Equal(60, rows.Account.RosterVersion);
    }

    [Fact]
    public void Clearing_a_session_s_deliveries_leaves_the_other_session_s()
    {
        Fill();
        _writer.Write(Shard, new DeliveryCleared(User, 1));

        Same(new[] { Sample.Delivery(User, 2, 6, 101) }, Load().Deliveries);
    }

    [Fact]
    public void A_session_ends_only_for_its_own_connection()
    {
        Fill();
        var stone = new TombstoneRow(User, "sm-21-1", 99, 7000);
        _writer.Write(Shard, new SessionEnded(User, 1, 2, stone));
        Assert.Equal((2, 2, 3, 0), Counts(Load()));

        Renew().Write(Shard, new SessionEnded(User, 1, 3, stone));
        var rows = Load();
        Assert.Equal((1, 1, 1, 1), Counts(rows));
        Assert.Equal(2, rows.Sessions[0].SessionNo);
        Assert.Equal(2, rows.Docs[0].SessionNo);
        Same(stone, rows.Tombstones[0]);

        Renew().Write(Shard, new SessionEnded(User, 1, 3, stone with { HIn = 1 }), new SessionEnded(User, 2, 3, null));
        rows = Load();
        Assert.Equal((0, 0, 0, 1), Counts(rows));
        Assert.Equal(99, rows.Tombstones[0].HIn);
        Assert.Empty(rows.Tail);

        static (int, int, int, int) Counts(UserRows r) => (r.Sessions.Count, r.Docs.Count, r.Deliveries.Count, r.Tombstones.Count);
    }

    [Fact]
    public void Ten_tombstones_are_kept_the_newest_by_time()
    {
        Fill();
        for (var i = 0; i < 13; i++)
        {
            // Ends out of order: the tenth newest counts, not the last written.
            var ended = 1000 + (i * 7 % 13);
            _writer.Write(
                Shard, new SessionStored(Sample.Session(User, 50 + i)),
                new SessionEnded(User, 50 + i, 3, new TombstoneRow(User, $"sm{ended}", i, ended)));
        }

        Assert.Equal(Enumerable.Range(1003, 10).Select(n => $"sm{n}"), Load().Tombstones.Select(t => t.SmId));
    }

    [Fact]
    public void Removing_an_account_removes_every_row_of_it_and_none_of_others()
    {
        Fill();
        var stone = new TombstoneRow(User, "sm-21-1", 99, 7000);
        _writer.Write(Shard, new SessionEnded(User, 1, 3, stone), new JidBlocked(Other, "a@b"), new MessageStored(Sample.Message(Other, 100)));
        _writer.Write(Shard, new AccountRemoved(User));
        subject.Reopen();

        Assert.Null(Store.LoadUser(User, 10));
        Assert.Null(Store.ReadCredentials(User));
        Assert.Empty(Store.ReadSessions());
        Assert.Empty(Store.ReadPushOutbox());
        Assert.Equal(["user37@example.org"], Store.ListAccounts(null, 10));
        Assert.Equal(["a@b"], Store.LoadUser(Other, 1)!.Blocked);
        Assert.Single(Store.ReadMessages(Other, [100]));

        // Nothing of the old account may turn up in a new one of the same name, which may be made once all is deleted.
        while (Store.Erase(2))
        {
            Assert.Null(Store.LoadUser(User, 10));
        }

        Assert.False(Store.IsErasing(User));
        Renew().Write(Shard, new AccountCreated(Sample.Account(User)));
        var rows = Load();
        Same(new UserRows(Sample.Account(User), [], [], [], [], [], [], [], [], [], [], []), rows);
        Assert.Null(Store.ReadDocument(User, DocumentKind.VCard, ""));
        Assert.Empty(Store.ReadMessages(User, [100, 101, 102]));
    }

    [Fact]
    public void A_document_is_read_whole_replaced_and_removed()
    {
        Fill();
        Same(Sample.Document(User) with { Mark = null }, Store.ReadDocument(User, DocumentKind.Private, "storage storage:bookmarks"));
        Assert.Null(Store.ReadDocument(User, DocumentKind.VCard, "storage storage:bookmarks"));
        Assert.Null(Store.ReadDocument(Other, DocumentKind.VCard, ""));

        var vcard = new DocumentRow(User, DocumentKind.VCard, "", null, [9]);
        _writer.Write(Shard, new DocumentStored(vcard), new DocumentRemoved(User, DocumentKind.Private, "ü"), new DocumentRemoved(User, DocumentKind.Private, "none"));
        Same(new[] { new DocumentRef(DocumentKind.Private, "storage storage:bookmarks", null, 4), new(DocumentKind.VCard, "", null, 1) }, Load().Documents);
        Same(vcard, Store.ReadDocument(User, DocumentKind.VCard, ""));
        Assert.Null(Store.ReadDocument(User, DocumentKind.Private, "ü"));
    }

    [Fact]
    public void Documents_of_a_kind_are_read_in_the_order_asked()
    {
        Fill();
        DocumentRow Item(string name, byte body) => new(User, DocumentKind.EventItem, $"node\u001f{name}", "7", [body]);
        var (first, second) = (Item("a", 1), Item("b", 2));
        _writer.Write(Shard, new DocumentStored(first), new DocumentStored(second), new DocumentStored(Item("c", 3) with { Kind = DocumentKind.EventNode }));
        Same(new[] { second, first }, Store.ReadDocuments(User, DocumentKind.EventItem, [second.Name, "none", first.Name, "node\u001fc"]));
        Assert.Empty(Store.ReadDocuments(Other, DocumentKind.EventItem, [first.Name]));
    }

    [Fact]
    public void Each_session_has_a_tail_of_its_own_above_its_cursor()
    {
        Fill();
        _writer.Write(Shard, new DeliveryCleared(User, 1), new DeliveryCleared(User, 2), new SessionStored(Sample.Session(User, 2, cursor: 100)));
        _writer.Write(Shard, [.. Enumerable.Range(110, 3).Select(id => new MessageStored(Sample.Message(User, id)))]);
        _writer.Write(Shard, new SessionStored(Sample.Session(User, 2, cursor: 110)));
        Assert.Equal([101L, 102, 111, 112], Load(tail: 2).Tail.Select(m => m.Id));
        Assert.Equal([1, 2], Load(tail: 2).Overfull);
        Assert.Equal([1], Load(tail: 3).Overfull);
        Assert.Equal([101L, 102, 110, 111, 112], Load(tail: 6).Tail.Select(m => m.Id));
        Assert.Empty(Load(tail: 6).Overfull);

        // What is numbered has been considered, though the cursor is written later.
        Renew().Write(Shard, new DeliveryNumbered(Sample.Delivery(User, 1, 9, 102)));
        Assert.Equal([102L, 110, 111, 112], Load(tail: 4).Tail.Select(m => m.Id));
        Assert.Empty(Load(tail: 4).Overfull);
    }

    [Fact]
    public void What_a_user_sent_is_in_the_tail_of_sessions_with_carbons_only()
    {
        Fill();
        const MessageFlags sent = MessageFlags.Visible | MessageFlags.Outgoing;
        _writer.Write(
            Shard, new DeliveryCleared(User, 1), new DeliveryCleared(User, 2), new SessionStored(Sample.Session(User, 1, cursor: 102)),
            new SessionDocStored(Sample.Doc(User, 1) with { Carbons = false }), new SessionDocStored(Sample.Doc(User, 2) with { Carbons = false }),
            new MessageStored(Sample.Message(User, 110, flags: sent)), new MessageStored(Sample.Message(User, 111, flags: sent | MessageFlags.ToSelf)),
            new MessageStored(Sample.Message(User, 112, flags: MessageFlags.Outgoing)), new MessageStored(Sample.Message(User, 113)));
        Assert.Equal([111L, 112, 113], Load().Tail.Select(m => m.Id));
        Assert.Empty(Load(tail: 3).Overfull);

        Renew().Write(Shard, new SessionDocStored(Sample.Doc(User, 2) with { Carbons = true }));
        Assert.Equal([110L, 111, 112, 113], Load().Tail.Select(m => m.Id));
        Assert.Equal([2], Load(tail: 4).Overfull);
    }

    [Fact]
    public void Invisible_rows_that_some_session_has_not_passed_belong_to_the_tail()
    {
        Fill();
        _writer.Write(
            Shard, new DeliveryCleared(User, 2), new DeliveryCleared(User, 1), new DeliveryNumbered(Sample.Delivery(User, 1, 9, 101)),
            new MessageStored(Sample.Message(User, 105, flags: MessageFlags.None)),
            new MessageStored(Sample.Message(User, 106)), new SessionStored(Sample.Session(User, 1, cursor: 900)), new SessionStored(Sample.Session(User, 2, cursor: 900)));
        Assert.Equal([101L, 105], Load().Tail.Select(m => m.Id));
    }

    [Fact]
    public void What_is_numbered_and_not_acknowledged_belongs_to_the_tail()
    {
        Fill();
        _writer.Write(Shard, new SessionStored(Sample.Session(User, 1, cursor: 900)), new SessionStored(Sample.Session(User, 2, cursor: 900)));
        Assert.Equal([101L, 102], Load().Tail.Select(m => m.Id));

        Renew().Write(Shard, new DeliveryAcknowledged(User, 1, 7), new DeliveryAcknowledged(User, 2, 7));
        Assert.Empty(Load().Tail);
    }

    [Fact]
    public void The_backlog_is_what_waits_and_no_device_has_acknowledged()
    {
        Fill();
        const MessageFlags waits = MessageFlags.Visible | MessageFlags.Offline;
        _writer.Write(Shard, [.. Enumerable.Range(110, 3).Select(id => new MessageStored(Sample.Message(User, id, flags: waits)))]);
        Assert.Equal([110L, 111], Load(tail: 2).Backlog.Select(m => m.Id));

        Renew().Write(Shard, new AccountCursorsMoved(User, 110, 13));
        var rows = Load();
        Assert.Equal([111L, 112], rows.Backlog.Select(m => m.Id));
        Assert.Equal(112, rows.Account.LastId);
    }

    [Fact]
    public void A_row_is_rewritten_in_its_place_and_one_that_is_gone_stays_gone()
    {
        Fill();
        const MessageFlags flags = MessageFlags.Visible | MessageFlags.Retracted;
        _writer.Write(Shard, new MessagesDropped(User, [100]), new MessageRewritten(User, 100, flags, [1]), new MessageRewritten(User, 101, flags, [1, 2]));
        Same(new[] { Sample.Message(User, 101) with { Flags = flags, Body = [1, 2] } }, Store.ReadMessages(User, [100, 101]));
        Assert.Equal((flags, 2), (Load().Tail[0].Flags, Load().Tail[0].Size));
    }

    [Fact]
    public void Retractions_to_be_applied_are_loaded_until_they_are()
    {
        Fill();
        Assert.Empty(Store.LoadUser(User, 1)!.Retractions);
        _writer.Write(Shard, [.. Enumerable.Range(200, 120).Select(id => new MessageStored(Sample.Message(User, id, flags: MessageFlags.Unapplied)))]);
        Assert.Equal(Enumerable.Range(200, UserRows.MaxRetractions).Select(id => (long)id), Load().Retractions);
        Renew().Write(Shard, [.. Enumerable.Range(200, 119).Select(id => new MessageRewritten(User, id, MessageFlags.Visible, [1]))]);
        Assert.Equal([319], Load().Retractions);
    }

    [Fact]
    public void An_account_is_made_with_its_archive_preferences()
    {
        _writer.Write(Shard, new AccountCreated(Sample.Account(User) with { Archive = Sample.Preferences() }));
        Same(Sample.Account(User) with { Archive = Sample.Preferences() }, Load().Account);
    }

    [Fact]
    public void Messages_come_in_the_order_asked()
    {
        Fill();
        Assert.Equal([102L, 100, 102], Store.ReadMessages(User, [102, 5, 100, 102]).Select(m => m.Id));
        Same(Sample.Message(User, 100), Store.ReadMessages(User, [100])[0]);
        Same(Full.OfType<MessageStored>().Last().Message, Store.ReadMessages(User, [102])[0]);
    }

    [Fact]
    public void What_all_shards_need_at_start_is_read_whole_and_in_order()
    {
        Fill();
        _writer.Write(
            Shard, new SessionStored(Sample.Session(2, 9)), new PushScheduled(Sample.Push(2)), new OutboxAppended(Sample.Outbox(5, 9, 3 << 16, 1)),
            new OutboxAppended(Sample.Outbox(5, 2, (3 << 16) | 1, 0)), new OutboxAppended(Sample.Outbox(5, 9, 4 << 16, 3 << 16)),
            new OutboxAppended(Sample.Outbox(5, 9, 1L << 40, 4 << 16)), new OutboxAccepted(5, 2, 17), new OutboxAccepted(5, 1, 18));
        _writer.Write(2, new OutboxAppended(Sample.Outbox(2, 9, 77, 76)), new OutboxAccepted(2, 5, 19));
        _writer.Write(Shard, new OutboxTrimmed(5, 9, 3 << 16), new OutboxAccepted(5, 2, 20));
        subject.Reopen();

        Same(
            new[] { Sample.Outbox(2, 9, 77, 76), Sample.Outbox(5, 2, (3 << 16) | 1, 0), Sample.Outbox(5, 9, 4 << 16, 3 << 16), Sample.Outbox(5, 9, 1L << 40, 4 << 16) },
            Store.ReadOutbox());
        Same(new[] { new OutboxAccepted(2, 5, 19), new OutboxAccepted(5, 1, 18), new OutboxAccepted(5, 2, 20) }, Store.ReadOutboxCursors());
        Assert.Equal([(2, 9), (21, 1), (21, 2)], Store.ReadSessions().Select(s => (s.UserId, s.SessionNo)));
        Assert.Equal([2, 21, 21], Store.ReadPushOutbox().Select(p => p.UserId));
    }

    [Fact]
    public void Accounts_are_listed_page_by_page()
    {
        foreach (var name in new[] { "b", "a", "ä", "\U0001F600", "\uFF21", "c" })
        {
            _writer.Write(Shard, new AccountCreated(Sample.Account(name[0] * 7L + name.Length, name + "@x")));
        }

        string[] all = ["a@x", "b@x", "c@x", "ä@x", "\uFF21@x", "\U0001F600@x"];
        Assert.Equal(all, Store.ListAccounts(null, 100));
        Assert.Equal(all[..2], Store.ListAccounts(null, 2));
        Assert.Equal(all[2..4], Store.ListAccounts("b@x", 2));
        Assert.Empty(Store.ListAccounts(all[^1], 2));
    }

    private Writer Renew() => new(Store, number: 3);
}

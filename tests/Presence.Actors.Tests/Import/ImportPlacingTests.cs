using System.Text;
using Presence.Actors.Users.Features;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Import;

/// <summary>Which ids messages from elsewhere get: their time's, the next free one, or none because they are there.</summary>
public class ImportPlacingTests
{
    private const long User = 7;
    private const long At = 1_700_000_000_000;

    private readonly MemoryStore _store = new();

    [Fact]
    public void The_id_that_the_time_gives_if_it_is_free() => Assert.Equal([Id(0)], Placed(Row(Id(0), "a")));

    [Fact]
    public void The_next_free_one_if_other_messages_have_it()
    {
        _store.Put(new MessageStored(Row(Id(0), "other")));
        _store.Put(new MessageStored(Row(Id(0) + 1, "another")));
        Assert.Equal([Id(0) + 2, Id(1)], Placed(Row(Id(0), "a"), Row(Id(1), "b")));
    }

    [Fact]
    public void None_if_it_is_there_even_behind_another_that_took_its_id()
    {
        _store.Put(new MessageStored(Row(Id(0), "other")));
        _store.Put(new MessageStored(Row(Id(0) + 1, "a")));
        Assert.Empty(Placed(Row(Id(0), "a")));
    }

    [Fact]
    public void Alike_messages_of_one_moment_are_as_many_as_they_were() => Assert.Equal([Id(0), Id(0) + 1], Placed(Row(Id(0), "ok"), Row(Id(0) + 1, "ok")));

    [Fact]
    public void Of_two_in_one_request_with_the_same_id_the_second_moves() => Assert.Equal([Id(0), Id(0) + 1], Placed(Row(Id(0), "a"), Row(Id(0), "b")));

    [Fact]
    public void What_another_direction_says_is_another_message()
    {
        _store.Put(new MessageStored(Row(Id(0), "hi")));
        Assert.Equal([Id(0) + 1], Placed(Row(Id(0), "hi", MessageFlags.Outgoing)));
    }

    [Fact]
    public void An_unread_copy_within_two_seconds_marks_the_archived_one_and_a_later_one_is_a_message_of_its_own()
    {
        _store.Put(new MessageStored(Row(Id(0), "a")));
        var near = Assert.Single(ImportPlacing.Place(_store, [Row(Id(1_900), "a", MessageFlags.Offline, archived: false)], waiting: false));
        Assert.Equal((Id(0), MessageFlags.Offline | MessageFlags.Visible), (near.Id, near.Flags));
        var far = Assert.Single(ImportPlacing.Place(_store, [Row(Id(2_100), "a", MessageFlags.Offline, archived: false)], waiting: false));
        Assert.Equal(Id(2_100), far.Id);
    }

    [Fact]
    public void The_archived_copy_of_an_unread_message_that_is_there_is_not_written_twice()
    {
        _store.Put(new MessageStored(Row(Id(900), "a", MessageFlags.Offline | MessageFlags.Visible, archived: false)));
        Assert.Empty(ImportPlacing.Place(_store, [Row(Id(0), "a")], waiting: true));
    }

    [Fact]
    public void Two_alike_in_the_archive_and_two_alike_unread_are_two()
    {
        var placed = ImportPlacing.Place(
            _store,
            [
                Row(Id(0), "ok"), Row(Id(10), "ok"),
                Row(Id(500), "ok", MessageFlags.Offline, archived: false), Row(Id(510), "ok", MessageFlags.Offline, archived: false),
            ],
            waiting: false);
        Assert.Equal([Id(0), Id(10)], placed.Select(r => r.Id));
        Assert.All(placed, r => Assert.True(r.Flags.HasFlag(MessageFlags.Offline)));
    }

    private List<long> Placed(params MessageRow[] drafts) => ImportPlacing.Place(_store, drafts, waiting: false).ConvertAll(r => r.Id);

    private static long Id(int milliseconds) => (At + milliseconds) << 20;

    private static MessageRow Row(long id, string body, MessageFlags flags = MessageFlags.None, bool archived = true) => new(
        User, id, "bob@example.org", "desk", flags | (archived ? MessageFlags.Imported | MessageFlags.Visible : MessageFlags.None), 0, null, null,
        Encoding.UTF8.GetBytes($"<message from='bob@example.org/desk' to='dave@example.org' type='chat'><body>{body}</body></message>"));
}

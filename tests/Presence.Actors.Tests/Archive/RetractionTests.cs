using Presence.Protocol.Xml;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>Messages taken back (XEP-0424, sessions.md 4.1): tombstones in both archives and in the queue, and only by who wrote them.</summary>
public class RetractionTests : ArchiveScene
{
    [Fact]
    public void Both_archives_show_a_tombstone_in_the_place_of_the_message_and_the_retraction_behind_it()
    {
        var (alice, bob) = (LogIn(Alice, "a"), LogIn(Bob, "phone"));
        Write(bob, Alice, "m1", "secret");
        Say(bob, Alice, "other");
        Write(alice, Bob, "m1", "of the other side");
        var (before, at) = (Ask(alice).Ids, Time());
        Retract(bob, Alice, "r1", "m1");
        foreach (var archive in new[] { Ask(alice), Ask(bob) })
        {
            Assert.Equal(["", "other", "of the other side", "taken back"], archive.Bodies);
            var tombstone = Inner(archive.Results[0]);
            Assert.Equal(("bob@example.org/phone", Alice, "m1", "chat"), (tombstone.Attr("from"), tombstone.Attr("to"), tombstone.Attr("id"), tombstone.Attr("type")));
            Assert.Equal(["retracted", "stanza-id"], tombstone.Children.Select(c => c.Name));
            var retracted = tombstone.Child("retracted", Namespaces.MessageRetract1)!;
            Assert.Equal(("r1", at), (retracted.Attr("id"), retracted.Attr("stamp")));
        }

        Assert.Equal(before, Ask(alice).Ids.Take(3));
        Assert.Equal(["secret", "other", "taken back"], alice.Bodies);
        Assert.DoesNotContain(Rows(Alice).Concat(Rows(Bob)), r => (r.Flags & MessageFlags.Unapplied) != 0);
    }

    [Fact]
    public void Another_device_takes_back_what_the_first_one_sent_and_a_note_to_oneself()
    {
        var (alice, desk, phone) = (Connect(Alice, "a"), Connect(Bob, "desk"), Connect(Bob, "phone"));
        Write(desk, Alice, "m1", "secret");
        Write(desk, Bob, "m1", "note");
        Retract(phone, Alice, "r1", "m1");
        Retract(phone, Bob, "r2", "m1");
        Assert.Equal(["", "taken back"], Ask(alice).Bodies);
        Assert.Equal(["", "", "taken back", "taken back"], Ask(phone).Bodies);
    }

    [Fact]
    public void Nobody_takes_back_what_another_wrote_or_what_went_elsewhere()
    {
        var (alice, bob, carol) = (Connect(Alice, "a"), Connect(Bob, "b"), Connect(Carol, "c"));
        Write(bob, Alice, "m1", "from bob");
        Write(alice, Carol, "m1", "to carol");
        Retract(carol, Alice, "r1", "m1");
        Retract(alice, Bob, "r2", "m1");
        Assert.Equal(["from bob", "to carol", "taken back", "taken back"], Ask(alice).Bodies);
        Assert.Equal(["from bob", "taken back"], Ask(bob).Bodies);
        Assert.Equal(["to carol", "taken back"], Ask(carol).Bodies);
    }

    [Fact]
    public void Corrections_of_the_message_go_with_it_and_what_came_before_under_the_same_id_stays()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        Write(bob, Alice, "m1", "of another day");
        Write(bob, Alice, "m1", "secret");
        bob.Send($"<message type='chat' to='{Alice}' id='m2'><body>secretive</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/></message>");
        bob.Send($"<message type='chat' to='{Alice}' id='m3'><body>of another</body><replace xmlns='urn:xmpp:message-correct:0' id='m9'/></message>");
        Retract(bob, Alice, "r1", "m1");
        Assert.Equal(["of another day", "", "", "of another", "taken back"], Ask(alice).Bodies);
    }

    [Theory]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='o1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>", true)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='m&amp;1'/>", true)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>", false)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id=''/>", false)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1'/>", false)]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='o1'><edit xmlns='urn:x'/></apply-to>", false)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='m&amp;1'/><no-store xmlns='urn:xmpp:hints'/>", false)]
    public void The_message_is_found_by_its_id_or_its_origin_id(string content, bool found)
    {
        var (alice, bob) = (LogIn(Alice, "a"), Connect(Bob, "b"));
        bob.Send($"<message type='chat' to='{Alice}' id='m&amp;1'><body>secret</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>");
        bob.Send($"<message type='chat' to='{Alice}'>{content}</message>");
        Assert.Equal(found ? "" : "secret", Ask(alice).Bodies[0]);
        Assert.Equal(found ? "" : "secret", Ask(bob).Bodies[0]);
    }

    [Fact]
    public void A_retraction_and_a_tombstone_are_not_taken_back_and_a_second_retraction_changes_nothing()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        Write(bob, Alice, "m1", "secret");
        Retract(bob, Alice, "r1", "m1");
        Retract(bob, Alice, "r2", "m1");
        Retract(bob, Alice, "r3", "r1");
        var page = Ask(alice);
        Assert.Equal(["", "taken back", "taken back", "taken back"], page.Bodies);
        Assert.Equal("r1", Inner(page.Results[0]).Child("retracted", Namespaces.MessageRetract1)!.Attr("id"));
    }

    [Fact]
    public void In_a_room_nobody_is_known_to_be_the_author_and_a_moderator_changes_no_archive()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        bob.Send($"<message type='chat' to='{Alice}' id='m1'><body>private</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>");
        Retract(bob, Alice, "r1", "m1");
        bob.Send("<message type='groupchat' to='alice@example.org/a' id='r2'><retract xmlns='urn:xmpp:message-retract:1' id='m1'>" +
            "<moderated xmlns='urn:xmpp:message-moderate:1' by='bob@example.org/b'/></retract></message>");
        Assert.Equal("r2", alice.Messages.Last().Attr("id"));
        Assert.Equal(["private", "taken back"], Ask(alice).Bodies);
    }

    [Fact]
    public void What_waits_for_a_device_is_not_shown_to_it_any_more()
    {
        var (bob, phone) = (Connect(Bob, "b"), LogIn(Alice, "phone"));
        phone.Drop();
        Write(bob, Alice, "m1", "secret");
        Say(bob, Alice, "other");
        Retract(bob, Alice, "r1", "m1");
        phone.Resume();
        Assert.Equal(["other", "taken back"], phone.Bodies);
        Assert.Equal(["retracted", "stanza-id", "delay"], phone.Messages.First().Children.Select(c => c.Name));
        phone.Acknowledge();
        Assert.Equal((0, 0L), (Bench.User(Alice).Backlog.Count, Bench.User(Alice).TailBytes));
    }

    [Fact]
    public void What_is_not_archived_is_taken_back_while_it_waits_and_deleted_like_the_rest()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        alice.Ask(Request("<prefs xmlns='urn:xmpp:mam:2' default='never'/>", type: "set"));
        alice.Close();
        Write(bob, Alice, "m1", "secret");
        Retract(bob, Alice, "r1", "m1");
        var later = LogIn(Alice, "later");
        Assert.Equal(["taken back"], later.Bodies);
        Assert.Equal(2, later.Messages.Count());
        later.Acknowledge();
        Assert.Empty(Rows(Alice));
    }

    [Fact]
    public void Given_a_crash_before_the_original_was_found_then_the_next_owner_goes_on()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        Write(bob, Alice, "m1", "secret");
        Retract(bob, Alice, "r1", "m1");
        Undo(Alice, "<message from='bob@example.org/b' to='alice@example.org' id='m1' type='chat'><body>secret</body></message>");
        Bench.Crash();
        alice.Resume();
        Assert.Equal(["", "taken back"], Ask(alice).Bodies);
        Assert.DoesNotContain(Rows(Alice), r => (r.Flags & MessageFlags.Unapplied) != 0);
    }

    [Fact]
    public void Memory_after_a_retraction_is_what_a_load_would_give()
    {
        var (bob, phone) = (Connect(Bob, "b"), LogIn(Alice, "phone"));
        phone.Drop();
        Write(bob, Alice, "m1", "a long secret that becomes a short tombstone, or the other way round");
        Retract(bob, Alice, "r1", "m1");
        var (tail, backlog, bytes) = (Bench.User(Alice).Tail.ToList(), Bench.User(Alice).Backlog.ToList(), Bench.User(Alice).TailBytes);
        Bench.Crash();
        Assert.Equal(tail, Bench.User(Alice).Tail);
        Assert.Equal(backlog, Bench.User(Alice).Backlog);
        Assert.Equal(bytes, Bench.User(Alice).TailBytes);
    }

    [Fact]
    public void A_flood_of_retractions_arrives_and_each_finds_its_own()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        for (var i = 0; i < 120; i++)
        {
            Write(bob, Alice, $"m{i}", "secret");
        }

        for (var i = 0; i < 120; i++)
        {
            Retract(bob, Alice, $"r{i}", $"m{i}");
        }

        var page = Ask(alice, Set(max: 250));
        Assert.Equal(120, page.Results.Count(r => Inner(r).Child("retracted", Namespaces.MessageRetract1) is not null));
        Assert.Equal(120, page.Bodies.Count(t => t == "taken back"));
    }

    private IReadOnlyList<MessageRow> Rows(string jid) => [.. Bench.Store.State.Users[ShardKey.UserId(jid)].Messages.Values];

    /// <summary>As if the owner had died between the retraction and its effect.</summary>
    private void Undo(string jid, string original)
    {
        var (rows, user) = (Rows(jid), ShardKey.UserId(jid));
        Bench.Store.Put(new MessageRewritten(user, rows[0].Id, MessageFlags.Visible | MessageFlags.Deserving | MessageFlags.Offline, System.Text.Encoding.UTF8.GetBytes(original)));
        Bench.Store.Put(new MessageRewritten(user, rows[1].Id, rows[1].Flags | MessageFlags.Unapplied, rows[1].Body));
    }

    private void Write(BenchClient from, string to, string id, string body)
    {
        from.Send($"<message type='chat' to='{to}' id='{id}'><body>{body}</body><x xmlns='urn:x'>{body}</x></message>");
        Bench.Advance(TimeSpan.FromMilliseconds(1));
    }

    private static void Retract(BenchClient from, string to, string id, string target) => from.Send(
        $"<message type='chat' to='{to}' id='{id}'><retract xmlns='urn:xmpp:message-retract:1' id='{target}'/><body>taken back</body><store xmlns='urn:xmpp:hints'/></message>");
}

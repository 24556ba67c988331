using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>What a query of the archive brings, and how a wrong one is refused (XEP-0313).</summary>
public class ArchiveQueryTests : ArchiveScene
{
    [Fact]
    public void A_result_names_archive_query_id_and_time_and_holds_the_message_as_it_came()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        bob.Send("<message type='chat' to='alice@example.org' id='m1'><body>&lt;ä&gt;</body><x:y xmlns:x='urn:x'/></message>");
        var result = Assert.Single(Ask(alice).Results);
        Assert.Equal((Alice, "alice@example.org/desk"), (result.Attr("from"), result.Attr("to")));
        var inner = result.Child("result", Namespaces.Mam)!;
        Assert.Equal("f27", inner.Attr("queryid"));
        Assert.Equal(Time(), Forwarded(result).Child("delay", Namespaces.Delay)!.Attr("stamp"));
        var message = Inner(result);
        Assert.Equal(("bob@example.org/phone", Alice, "m1", "chat", "<ä>"),
            (message.Attr("from"), message.Attr("to"), message.Attr("id"), message.Attr("type"), message.Child("body")!.Text));
        Assert.NotNull(message.Child("y", "urn:x"));
        Assert.Equal((Alice, inner.Attr("id")), (message.Child("stanza-id", Namespaces.StanzaIds)!.Attr("by"), message.Child("stanza-id", Namespaces.StanzaIds)!.Attr("id")));
    }

    [Fact]
    public void The_same_id_stands_in_the_message_its_copy_and_the_archive()
    {
        var (desk, bob) = (LogIn(Alice, "desk"), Connect(Bob, "phone"));
        Say(bob, Alice, "hello");
        var seen = desk.Messages.Single().Child("stanza-id", Namespaces.StanzaIds)!.Attr("id")!;
        Assert.Equal([seen], Ask(desk).Ids);
    }

    [Fact]
    public void Without_query_id_the_results_have_none()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Say(bob, Alice, "hello");
        Assert.Null(Ask(alice, queryId: null).Results[0].Child("result", Namespaces.Mam)!.Attr("queryid"));
    }

    [Fact]
    public void An_empty_archive_is_complete()
    {
        var page = Ask(Connect(Alice, "desk"));
        Assert.Equal((0, true, null, null, 0), (page.Ids.Count, page.Complete, page.First, page.Last, page.Count));
    }

    [Fact]
    public void Only_what_is_shown_is_found()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Say(bob, Alice, "kept");
        bob.Send($"<message type='chat' to='{Alice}'><received xmlns='urn:xmpp:receipts' id='1'/></message>");
        bob.Send($"<message type='chat' to='{Alice}'><body>secret</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>");
        bob.Send($"<message type='chat' to='{Alice}'><body>gone</body><no-store xmlns='urn:xmpp:hints'/></message>");
        bob.Send($"<message type='headline' to='{Alice}'><body>news</body></message>");
        Assert.Equal(["kept"], Ask(alice).Bodies);
        Assert.Equal(["kept"], Ask(bob, Set(max: 1)).Bodies);
    }

    [Theory]
    [InlineData("<other xmlns='urn:x'/>", false)]
    [InlineData("<other xmlns='urn:x'/><store xmlns='urn:xmpp:hints'/>", true)]
    [InlineData("<received xmlns='urn:xmpp:receipts' id='1'/><store xmlns='urn:xmpp:hints'/>", false)]
    [InlineData("<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", true)]
    [InlineData("<body>x</body><reply xmlns='urn:xmpp:reply:0' to='alice@example.org' id='m1'/>", true)]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>x</reaction></reactions>", true)]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'/><active xmlns='http://jabber.org/protocol/chatstates'/>", true)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>", true)]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'/><no-permanent-store xmlns='urn:xmpp:hints'/>", false)]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='m1'/><no-store xmlns='urn:xmpp:hints'/>", false)]
    public void What_says_something_about_a_message_is_kept_for_both_without_a_body_or_a_hint(string content, bool kept)
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        foreach (var type in new[] { "chat", "normal" })
        {
            bob.Send($"<message type='{type}' to='{Alice}'>{content}</message>");
        }

        Assert.Equal(kept ? 2 : 0, Ask(alice, Set(max: 0)).Count);
        Assert.Equal(kept ? 2 : 0, Ask(bob, Set(max: 0)).Count);
    }

    [Fact]
    public void The_filter_takes_either_direction_of_one_contact_or_one_device()
    {
        var (alice, phone, desk, carol) = (Connect(Alice, "a"), Connect(Bob, "phone"), Connect(Bob, "desk"), Connect(Carol, "c"));
        Say(phone, Alice, "1 from phone");
        Say(alice, "bob@example.org/desk", "2 to desk");
        Say(carol, Alice, "3 from carol");
        Say(alice, Bob, "4 to bob");
        Say(desk, Alice, "5 from desk");
        Say(alice, Alice, "6 to myself");
        Assert.Equal(["1 from phone", "2 to desk", "4 to bob", "5 from desk"], Ask(alice, Form(("with", "BOB@example.org"))).Bodies);
        Assert.Equal(["2 to desk", "5 from desk"], Ask(alice, Form(("with", "bob@example.org/desk"))).Bodies);
        Assert.Equal(["6 to myself"], Ask(alice, Form(("with", Alice))).Bodies);
        Assert.Empty(Ask(alice, Form(("with", Nobody))).Bodies);
        Assert.Equal(6, Ask(alice).Count);
    }

    [Fact]
    public void Start_and_end_are_part_of_the_span()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        var times = new List<string>();
        foreach (var body in new[] { "1", "2", "3" })
        {
            times.Add(Time());
            Say(bob, Alice, body);
        }

        Assert.Equal(["2", "3"], Ask(alice, Form(("start", times[1]))).Bodies);
        Assert.Equal(["1", "2"], Ask(alice, Form(("end", times[1]))).Bodies);
        Assert.Equal(["2"], Ask(alice, Form(("start", times[1]), ("end", times[1]))).Bodies);
        Assert.Equal(["3"], Ask(alice, Form(("start", times[1].Replace("Z", "0001Z", StringComparison.Ordinal)))).Bodies);
        Assert.Equal(["1", "2"], Ask(alice, Form(("end", times[1].Replace("Z", "9999Z", StringComparison.Ordinal)))).Bodies);
        Assert.Empty(Ask(alice, Form(("start", times[2]), ("end", times[0]))).Bodies);
        Assert.Empty(Ask(alice, Form(("end", "1969-12-31T23:59:59Z"))).Bodies);
        Assert.Empty(Ask(alice, Form(("start", "9999-12-31T23:59:59Z"))).Bodies);
        Assert.Equal(3, Ask(alice, Form(("start", "0001-01-01T00:00:00Z"), ("end", "9999-12-31T23:59:59Z"))).Ids.Count);
    }

    [Theory]
    [InlineData("[start=yesterday]", "modify bad-request")]
    [InlineData("[end=2020-13-01T00:00:00Z]", "modify bad-request")]
    [InlineData("[with=@]", "modify jid-malformed")]
    [InlineData("[colour=red]", "cancel feature-not-implemented")]
    [InlineData("[include-groupchat=true]", "cancel feature-not-implemented")]
    [InlineData("[after-id=nonsense]", "cancel item-not-found")]
    [InlineData("[before-id=0123456789abcdef]", "cancel item-not-found")]
    [InlineData("[ids=0123456789abcdef]", "cancel item-not-found")]
    [InlineData("<x xmlns='jabber:x:data' type='submit'/>", "modify bad-request")]
    [InlineData("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:other</value></field></x>", "modify bad-request")]
    [InlineData("<x xmlns='jabber:x:data' type='cancel'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field></x>", "modify bad-request")]
    [InlineData("<set xmlns='http://jabber.org/protocol/rsm'><max>many</max></set>", "modify bad-request")]
    [InlineData("<set xmlns='http://jabber.org/protocol/rsm'><max>-1</max></set>", "modify bad-request")]
    [InlineData("<set xmlns='http://jabber.org/protocol/rsm'><index>3</index></set>", "cancel feature-not-implemented")]
    [InlineData("<set xmlns='http://jabber.org/protocol/rsm'><after>no-such-id</after></set>", "cancel item-not-found")]
    [InlineData("<set xmlns='http://jabber.org/protocol/rsm'><before>0123456789abcdef</before></set>", "cancel item-not-found")]
    public void A_query_that_cannot_be_answered_is_refused_with_its_reason(string content, string outcome)
    {
        var alice = Connect(Alice, "desk");
        Say(Connect(Bob, "b"), Alice, "hello");
        if (content[0] == '[')
        {
            var (name, value) = (content[1..content.IndexOf('=', StringComparison.Ordinal)], content[(content.IndexOf('=', StringComparison.Ordinal) + 1)..^1]);
            content = Form((name, value));
        }

        Assert.Equal(outcome, Refused(alice, content));
        Assert.Empty(alice.Messages);
    }

    [Fact]
    public void The_id_of_somebody_elses_message_is_unknown()
    {
        var (alice, bob, carol) = (Connect(Alice, "a"), Connect(Bob, "b"), Connect(Carol, "c"));
        Say(carol, Alice, "to alice");
        Bench.Advance(TimeSpan.FromSeconds(1));
        Say(carol, Bob, "to bob");
        var foreign = Ask(bob).Ids[0];
        Assert.Equal("cancel item-not-found", Refused(alice, Set(after: foreign)));
        Assert.Equal("cancel item-not-found", Refused(alice, Form(("ids", foreign))));
    }

    [Fact]
    public void The_form_names_the_fields()
    {
        var answer = Connect(Alice, "desk").Ask(Request(Query(queryId: null)));
        var form = answer.Child("query", Namespaces.Mam)!.Child("x", Namespaces.DataForms)!;
        Assert.Equal("form", form.Attr("type"));
        Assert.Equal(
            ["FORM_TYPE hidden", "with jid-single", "start text-single", "end text-single", "before-id text-single", "after-id text-single", "ids list-multi"],
            form.Children.Select(f => $"{f.Attr("var")} {f.Attr("type")}"));
    }

    [Fact]
    public void Metadata_tell_the_ends_of_the_archive()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        const string Metadata = "<metadata xmlns='urn:xmpp:mam:2'/>";
        Assert.Empty(alice.Ask(Request(Metadata)).Child("metadata", Namespaces.Mam)!.Children);
        var times = new List<string>();
        foreach (var body in new[] { "1", "2", "3" })
        {
            times.Add(Time());
            Say(bob, Alice, body);
        }

        var ids = Ask(alice).Ids;
        var told = alice.Ask(Request(Metadata)).Child("metadata", Namespaces.Mam)!.Children.Select(c => (c.Name, c.Attr("id")!, c.Attr("timestamp")!));
        Assert.Equal([("start", ids[0], times[0]), ("end", ids[2], times[2])], told);
    }

    [Fact]
    public void A_flipped_page_holds_the_same_rows_the_other_way_round()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        foreach (var body in new[] { "1", "2", "3", "4" })
        {
            Say(bob, Alice, body);
        }

        var (plain, flipped) = (Ask(alice, Set(max: 3)), Ask(alice, Set(max: 3) + "<flip-page/>"));
        Assert.Equal(["3", "2", "1"], flipped.Bodies);
        Assert.Equal((plain.First, plain.Last, plain.Index, plain.Complete), (flipped.First, flipped.Last, flipped.Index, flipped.Complete));
        Assert.Equal(["4", "3"], Ask(alice, Set(max: 2, before: "") + "<flip-page/>").Bodies);
    }

    [Fact]
    public void Given_a_query_under_way_when_the_socket_is_lost_then_the_answer_waits_for_the_resume()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        Say(bob, Alice, "hello");
        alice.Ask(Request(Query(), type: "set"));
        alice.Drop();
        alice.Received.Clear();
        alice.Resume(h: 0);
        Assert.Equal(["message", "iq"], alice.Received.Select(e => e.Name));
    }

    [Fact]
    public void What_was_read_in_the_archive_does_not_come_again_at_log_in()
    {
        var bob = Connect(Bob, "b");
        Say(bob, Alice, "waited");
        var alice = Connect(Alice, "a");
        Assert.Equal(["waited"], Ask(alice).Bodies);
        alice.Send("<presence/>");
        Say(bob, Alice, "new");
        Assert.Equal(["new"], alice.Bodies);
        alice.Acknowledge();
        var later = LogIn(Alice, "b");
        Assert.Empty(later.Bodies);
    }

    [Fact]
    public void A_page_has_fifty_rows_unless_asked_and_never_more_than_250()
    {
        var (alice, bob) = (Connect(Alice, "a"), Connect(Bob, "b"));
        for (var i = 0; i < 300; i++)
        {
            bob.Send($"<message type='chat' to='{Alice}'><body>{i}</body></message>");
        }

        Assert.Equal((50, false, 300), Sizes(Ask(alice)));
        Assert.Equal((50, false, 300), Sizes(Ask(alice, Set(before: ""))));
        Assert.Equal((250, false, 300), Sizes(Ask(alice, Set(max: 4_000_000))));
        Assert.Equal((0, false, 300), Sizes(Ask(alice, Set(max: 0))));
        Assert.Equal((50, true, 300), Sizes(Ask(alice, Set(max: 250, after: Ask(alice, Set(max: 250)).Last))));
    }

    private static (int, bool, int) Sizes(Page page) => (page.Ids.Count, page.Complete, page.Count);
}

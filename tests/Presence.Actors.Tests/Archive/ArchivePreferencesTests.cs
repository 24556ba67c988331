using Presence.Protocol.Xml;
using Presence.Routing;
using Xunit;

namespace Presence.Actors.Tests.Archive;

/// <summary>What a user wants archived (XEP-0441), and what becomes of the rest (sessions.md 4.1).</summary>
public class ArchivePreferencesTests : ArchiveScene
{
    [Fact]
    public void Without_a_word_everything_is_archived()
    {
        Assert.Equal("always []/[]", Told(Connect(Alice, "desk").Ask(Request("<prefs xmlns='urn:xmpp:mam:2'/>"))));
    }

    [Fact]
    public void What_is_set_is_answered_cleaned_up_and_survives_a_crash()
    {
        var alice = Connect(Alice, "desk");
        var set = alice.Ask(Request(Prefs("roster", ["BOB@example.org", "bob@example.org", "carol@example.org/Desk"], [" nobody@example.org "]), type: "set"));
        Assert.Equal("roster [bob@example.org carol@example.org/Desk]/[nobody@example.org]", Told(set));
        Bench.Crash();
        alice.Resume();
        Assert.Equal(1, alice.AcknowledgedByServer);
        Assert.Equal(Told(set), Told(alice.Ask(Request("<prefs xmlns='urn:xmpp:mam:2'/>"))));
        alice.Ask(Request("<prefs xmlns='urn:xmpp:mam:2' default='never'/>", type: "set"));
        Assert.Equal("never []/[]", Told(alice.Ask(Request("<prefs xmlns='urn:xmpp:mam:2'/>"))));
    }

    [Theory]
    [InlineData("<prefs xmlns='urn:xmpp:mam:2'/>", "modify bad-request")]
    [InlineData("<prefs xmlns='urn:xmpp:mam:2' default='sometimes'/>", "modify bad-request")]
    [InlineData("<prefs xmlns='urn:xmpp:mam:2' default='always'><never><jid>@</jid></never></prefs>", "modify jid-malformed")]
    [InlineData("<prefs xmlns='urn:xmpp:mam:2' default='always'><always><item>a@b</item></always></prefs>", "modify bad-request")]
    public void What_makes_no_sense_is_refused_and_changes_nothing(string payload, string outcome)
    {
        var alice = Connect(Alice, "desk");
        alice.Ask(Request(Prefs("never", [Bob], []), type: "set"));
        Assert.Equal(outcome, Asked(alice, payload, type: "set"));
        Assert.Equal($"never [{Bob}]/[]", Told(alice.Ask(Request("<prefs xmlns='urn:xmpp:mam:2'/>"))));
    }

    [Fact]
    public void The_lists_have_a_limit()
    {
        var alice = Connect(Alice, "desk");
        string[] Some(string name, int count) => [.. Enumerable.Range(0, count).Select(i => $"{name}{i}@example.org")];
        Assert.Equal("wait resource-constraint", Asked(alice, Prefs("always", Some("a", 500), Some("n", 501)), type: "set"));
        Assert.Equal("result", Asked(alice, Prefs("always", Some("a", 500), Some("n", 500)), type: "set"));
    }

    [Theory]
    [InlineData("always", "", "", "bob carol")]
    [InlineData("never", "", "", "")]
    [InlineData("roster", "", "", "bob")]
    [InlineData("never", Carol, "", "carol")]
    [InlineData("always", "", Carol, "bob")]
    [InlineData("roster", Carol, Bob, "carol")]
    [InlineData("always", Bob, Bob, "carol")]
    [InlineData("never", "bob@example.org/b", "", "bob")]
    [InlineData("always", "", "bob@example.org/other", "bob carol")]
    [InlineData("never", "bob@example.org/b", Bob, "bob")]
    [InlineData("always", Carol, "carol@example.org/c", "bob")]
    public void Defaults_and_lists_decide_for_either_direction(string otherwise, string always, string never, string kept)
    {
        var (alice, bob, carol) = (LogIn(Alice, "a"), LogIn(Bob, "b"), LogIn(Carol, "c"));
        Befriend(alice, bob);
        alice.Ask(Request(Prefs(otherwise, always.Split(' ', StringSplitOptions.RemoveEmptyEntries), never.Split(' ', StringSplitOptions.RemoveEmptyEntries)), type: "set"));
        Say(bob, Alice, "bob");
        Say(carol, Alice, "carol");
        Say(alice, "bob@example.org/b", "to bob");
        Say(alice, "carol@example.org/c", "to carol");
        Assert.Equal(["bob", "carol"], alice.Bodies);
        string[] names = kept.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([.. names, .. names.Select(n => $"to {n}")], Ask(alice).Bodies);
        Assert.Equal(2, Ask(bob).Count);
    }

    [Fact]
    public void What_is_not_archived_has_no_archive_id_and_is_deleted_when_it_has_arrived_everywhere()
    {
        var (desk, phone, bob) = (LogIn(Alice, "desk"), LogIn(Alice, "phone"), LogIn(Bob, "b"));
        desk.Ask(Request(Prefs("never", [], []), type: "set"));
        phone.Ask(Request("<enable xmlns='urn:xmpp:carbons:2'/>", type: "set"));
        Say(bob, Alice, "secret");
        Say(desk, Bob, "answer");
        Say(desk, Alice, "note");
        Assert.Null(desk.Messages.First(m => m.Child("body")?.Text == "secret").Child("stanza-id", Namespaces.StanzaIds));
        Assert.Equal(3, Rows.Count);
        desk.Acknowledge();
        Assert.Equal(3, Rows.Count);
        phone.Acknowledge();
        Assert.Empty(Rows);
        Assert.Equal(2, Ask(bob).Count);
    }

    [Fact]
    public void What_is_not_archived_waits_for_an_absent_user_through_a_crash_and_goes_when_it_has_arrived()
    {
        var (alice, bob) = (Connect(Alice, "a"), LogIn(Bob, "b"));
        alice.Ask(Request(Prefs("never", [], []), type: "set"));
        alice.Close();
        Say(bob, Alice, "secret");
        Bench.Crash();
        var later = LogIn(Alice, "later");
        Assert.Equal(["secret"], later.Bodies);
        Assert.Single(Rows);
        later.Acknowledge();
        Assert.Empty(Rows);
        Assert.Equal(0, Ask(later).Count);
    }

    private ICollection<long> Rows => [.. Bench.Store.State.Users[ShardKey.UserId(Alice)].Messages.Keys];

    private static string Prefs(string otherwise, string[] always, string[] never)
    {
        static string List(string name, string[] jids) => $"<{name}>{string.Concat(jids.Select(j => $"<jid>{j}</jid>"))}</{name}>";
        return $"<prefs xmlns='urn:xmpp:mam:2' default='{otherwise}'>{List("always", always)}{List("never", never)}</prefs>";
    }

    private static string Told(XmlElement answer)
    {
        var prefs = answer.Child("prefs", Namespaces.Mam)!;
        string List(string name) => string.Join(' ', prefs.Child(name)!.Children.Select(c => c.Text));
        return $"{prefs.Attr("default")} [{List("always")}]/[{List("never")}]";
    }
}

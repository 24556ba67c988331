using Presence.Protocol.Xml;
using Presence.Storage.Contracts;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>vCards (XEP-0054) and how their photos show in presence (XEP-0153, XEP-0398).</summary>
public class VCardTests() : Scene(services: new ServiceOptions { MaxVCardBytes = 2000 })
{
    private const string Ask = "<vCard xmlns='vcard-temp'/>";

    /// <summary>SHA-1 of "abc" (FIPS 180-1, appendix A), of "def" by sha1sum.</summary>
    private const string OfAbc = "a9993e364706816aba3e25717850c26c9cd0d89d";
    private const string OfDef = "589c22335a381f122d129225f5c0ba3056ed5811";

    private static string VCard(string image) =>
        $"<vCard xmlns='vcard-temp'><FN>Alice &amp; co</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>{image}</BINVAL></PHOTO></vCard>";

    [Fact]
    public void Everybody_reads_the_vCard_of_a_user_who_is_away_also_after_a_crash()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("cancel item-not-found", Asked(alice, Ask));
        Assert.Equal("result", Asked(alice, VCard("YWJj"), type: "set"));
        Assert.Equal(VCard("YWJj"), alice.Ask(Request(Ask, Alice)).Children.Single().ToString());
        Bench.Crash();
        var answer = Connect(Bob, "phone").Ask(Request(Ask, Alice));
        Assert.Equal((Alice, "bob@example.org/phone", "result"), (answer.Attr("from"), answer.Attr("to"), answer.Attr("type")));
        Assert.Equal(VCard("YWJj"), answer.Children.Single().ToString());
    }

    [Fact]
    public void Only_the_owner_writes_it_and_blocked_users_do_not_read_it()
    {
        var (alice, bob) = (Connect(Alice, "desk"), Connect(Bob, "phone"));
        Asked(alice, VCard("YWJj"), type: "set");
        Assert.Equal("auth forbidden", Asked(bob, VCard("ZGVm"), Alice, "set"));
        Assert.Equal(VCard("YWJj"), alice.Ask(Request(Ask)).Children.Single().ToString());
        Asked(alice, $"<block xmlns='urn:xmpp:blocking'><item jid='{Bob}'/></block>", type: "set");
        Assert.Equal("cancel service-unavailable", Asked(bob, Ask, Alice));
    }

    [Fact]
    public void A_vCard_that_is_too_large_is_refused_and_the_old_one_stays()
    {
        var alice = Connect(Alice, "desk");
        Asked(alice, VCard("YWJj"), type: "set");
        Assert.Equal("modify policy-violation", Asked(alice, VCard(new string('A', 2000)), type: "set"));
        Assert.Equal(VCard("YWJj"), alice.Ask(Request(Ask)).Children.Single().ToString());
    }

    [Fact]
    public void Only_the_hash_of_a_photo_is_kept_in_memory()
    {
        var alice = Connect(Alice, "desk");
        Asked(alice, VCard("YWJj"), type: "set");
        Assert.Equal(new DocumentRef(DocumentKind.VCard, "", OfAbc, VCard("YWJj").Length), Assert.Single(Bench.User(Alice).Documents!));
    }

    [Fact]
    public void The_server_has_one_too() =>
        Assert.Equal("Presence", Connect(Alice, "desk").Ask(Request(Ask, Domain)).Child("vCard", Namespaces.VCard)!.Child("FN")!.Text);

    [Theory]
    [InlineData("YWJj", OfAbc)]
    [InlineData("\n  YW\n Jj\n", OfAbc)]
    [InlineData("", "")]
    [InlineData("not base64", "")]
    public void The_photo_shows_in_the_presence_of_every_client(string image, string hash)
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Asked(alice, VCard(image), type: "set");
        Assert.Equal(hash, PhotoIn(bob.Presences.Last()));
        Assert.Equal(hash, PhotoIn(alice.Presences.Last()));

        // Broadcast, answer to a probe, directed, another device, resumed after a crash.
        alice.Send("<presence><show>away</show></presence>");
        Assert.Equal((hash, "away"), (PhotoIn(bob.Presences.Last()), bob.Presences.Last().Child("show")!.Text));
        Assert.Equal(hash, PhotoIn(LogIn(Bob, "tablet").Presences.Last(p => p.Attr("from")!.StartsWith(Alice, StringComparison.Ordinal))));
        Assert.Equal(hash, PhotoIn(LogIn(Alice, "phone").Presences.First(p => p.Attr("from") == "alice@example.org/desk")));
        var carol = LogIn(Carol, "phone");
        alice.Send($"<presence to='{carol.FullJid}'/>");
        Assert.Equal(hash, PhotoIn(carol.Presences.Last()));
        Bench.Crash();
        alice.Resume();
        Assert.Equal(hash, PhotoIn(LogIn(Bob, "laptop").Presences.Last(p => p.Attr("from") == "alice@example.org/desk")));
    }

    [Fact]
    public void A_changed_photo_is_shown_at_once_and_one_that_stays_is_not_shown_again()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Asked(alice, VCard("YWJj"), type: "set");
        Asked(alice, VCard("YWJj"), type: "set");
        Asked(alice, VCard("ZGVm"), type: "set");
        Asked(alice, "<vCard xmlns='vcard-temp'/>", type: "set");
        Assert.Equal([OfAbc, OfDef, ""], bob.Presences.Select(PhotoIn));
    }

    [Theory]
    [InlineData("<x xmlns='vcard-temp:x:update'><photo/></x>", "")]
    [InlineData("<x xmlns='vcard-temp:x:update'><photo></photo></x>", "")]
    [InlineData("<x xmlns='vcard-temp:x:update'/>", OfAbc)]
    [InlineData("<x xmlns='vcard-temp:x:update'><photo>0123</photo></x><status>z</status>", OfAbc)]
    [InlineData("<status>z</status>", OfAbc)]
    public void Only_a_client_that_shows_no_image_has_the_last_word(string said, string hash)
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Asked(alice, VCard("YWJj"), type: "set");
        alice.Send($"<presence>{said}</presence>");
        Assert.Equal(hash, PhotoIn(bob.Presences.Last()));
        Assert.Equal(hash, PhotoIn(LogIn(Bob, "tablet").Presences.Last(p => p.Attr("from") == "alice@example.org/desk")));
        alice.Send($"<presence to='{Carol}'>{said}</presence>");
        alice.Drop();
        Bench.Crash();
        alice.Resume();
        Assert.Equal(hash, PhotoIn(LogIn(Bob, "laptop").Presences.Last(p => p.Attr("from") == "alice@example.org/desk")));
    }

    [Fact]
    public void Without_a_vCard_presence_is_left_alone()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        alice.Send("<presence><x xmlns='vcard-temp:x:update'><photo>0123</photo></x></presence>");
        Assert.Equal("0123", PhotoIn(bob.Presences.Last()));
        alice.Send("<presence/>");
        Assert.Null(PhotoIn(bob.Presences.Last()));
        alice.Send("<presence type='unavailable'/>");
        Assert.Null(PhotoIn(bob.Presences.Last()));
    }

    /// <summary>Null: nothing is said. There must never be two answers.</summary>
    private static string? PhotoIn(XmlElement presence) =>
        presence.Children.SingleOrDefault(c => c.Namespace == Namespaces.VCardUpdate)?.Child("photo")?.Text;
}

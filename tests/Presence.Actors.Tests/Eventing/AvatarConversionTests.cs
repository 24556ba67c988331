using Presence.Protocol.Xml;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Avatars of XEP-0084 and photos of vCards are kept the same (XEP-0398 §4).</summary>
public class AvatarConversionTests() : EventingScene(new ServiceOptions { MaxVCardBytes = 2_000 })
{
    /// <summary>SHA-1 of "abc" (FIPS 180-1, appendix A), of "def" by sha1sum.</summary>
    private const string OfAbc = "a9993e364706816aba3e25717850c26c9cd0d89d";
    private const string OfDef = "589c22335a381f122d129225f5c0ba3056ed5811";
    private const string VCard = "<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>";

    private static readonly string s_open = Options("access_model", "open");

    private static string PublishAvatar(BenchClient client, string hash, string image, string? options = null)
    {
        Publish(client, Namespaces.AvatarData, $"<item id='{hash}'><data xmlns='{Namespaces.AvatarData}'>{image}</data></item>", options ?? s_open);
        return Publish(
            client,
            Namespaces.AvatarMetadata,
            $"""
            <item id='{hash}'><metadata xmlns='{Namespaces.AvatarMetadata}'><info bytes='9' id='elsewhere' type='image/gif' url='https://x.example/a.gif'/>
            <info bytes='3' id='{hash}' type='image/jpeg'/></metadata></item>
            """,
            options ?? s_open);
    }

    private static string Photo(string image, string type = "image/png") =>
        $"<vCard xmlns='vcard-temp'><FN>Alice</FN><PHOTO><TYPE>{type}</TYPE><BINVAL>{image}</BINVAL></PHOTO></vCard>";

    private static string Kept(BenchClient client) => client.Ask(Request("<vCard xmlns='vcard-temp'/>")).Children.Single().ToString();

    private static string? PhotoIn(XmlElement presence) => presence.Child("x", Namespaces.VCardUpdate)?.Child("photo")?.Text;

    [Fact]
    public void A_published_avatar_becomes_the_photo_of_the_vCard_and_shows_in_presence()
    {
        var (alice, bob) = (LogIn(Alice, "desk"), LogIn(Bob, "phone"));
        Befriend(alice, bob);
        Asked(alice, VCard, type: "set");
        bob.Received.Clear();
        Assert.Equal("result", PublishAvatar(alice, OfAbc, "YW\nJj"));
        Assert.Equal(Photo("YWJj", "image/jpeg"), Kept(alice));
        Assert.Equal([OfAbc], bob.Presences.Select(PhotoIn));
        Assert.Equal("result", PublishAvatar(alice, OfDef, "ZGVm"));
        Assert.Equal(Photo("ZGVm", "image/jpeg"), Kept(alice));
        Assert.Equal("result", Publish(alice, Namespaces.AvatarMetadata, $"<item id='x'><metadata xmlns='{Namespaces.AvatarMetadata}'/></item>"));
        Assert.Equal([OfAbc, OfDef, ""], bob.Presences.Select(PhotoIn));
        Assert.Equal(VCard, Kept(alice));
    }

    [Fact]
    public void Without_a_vCard_there_is_one_then()
    {
        var alice = LogIn(Alice, "desk");
        PublishAvatar(alice, OfAbc, "YWJj");
        Bench.Crash();
        alice = LogIn(Alice, "desk");
        Assert.Equal("<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/jpeg</TYPE><BINVAL>YWJj</BINVAL></PHOTO></vCard>", Kept(alice));
        Assert.Equal(OfAbc, PhotoIn(alice.Presences.Last()));
    }

    /// <summary>XEP-0398 §8: vCards are for everybody.</summary>
    [Theory]
    [InlineData("presence", "YWJj")]
    [InlineData("whitelist", "YWJj")]
    [InlineData("open", "ZGVm")]
    [InlineData("open", "no image")]
    public void An_avatar_that_is_not_for_everybody_or_not_what_it_is_called_is_not_put_there(string model, string image)
    {
        var alice = LogIn(Alice, "desk");
        Asked(alice, VCard, type: "set");
        Assert.Equal("result", PublishAvatar(alice, OfAbc, image, Options("access_model", model)));
        Assert.Equal(VCard, Kept(alice));
        Assert.Equal($"result {OfAbc}", Items(alice, Namespaces.AvatarMetadata));
    }

    [Fact]
    public void A_photo_that_does_not_fit_into_the_vCard_leaves_it_as_it_was()
    {
        var alice = LogIn(Alice, "desk");
        var large = $"<vCard xmlns='vcard-temp'><FN>{new string('A', 1_940)}</FN></vCard>";
        Asked(alice, large, type: "set");
        Assert.Equal("result", PublishAvatar(alice, OfAbc, "YWJj"));
        Assert.Equal(large, Kept(alice));
    }

    [Fact]
    public void A_vCard_written_while_the_avatar_is_looked_up_is_not_lost()
    {
        var alice = LogIn(Alice, "desk");
        Asked(alice, VCard, type: "set");
        Publish(alice, Namespaces.AvatarData, $"<item id='{OfAbc}'><data xmlns='{Namespaces.AvatarData}'>YWJj</data></item>", s_open);
        Bench.HoldReads = true;
        alice.Send(Request(PubSub(
            $"<publish node='{Namespaces.AvatarMetadata}'><item id='{OfAbc}'><metadata xmlns='{Namespaces.AvatarMetadata}'><info bytes='3' id='{OfAbc}' type='image/png'/></metadata></item></publish>"),
            type: "set",
            id: "late"));
        Assert.Equal("result", Asked(alice, VCard.Replace("Alice", "Liz", StringComparison.Ordinal), type: "set"));
        Assert.DoesNotContain(alice.Received, e => e.Attr("id") == "late");
        Bench.HoldReads = false;
        Assert.Equal("result", alice.Received.Single(e => e.Attr("id") == "late").Attr("type"));
        Assert.Equal(Photo("YWJj").Replace("Alice", "Liz", StringComparison.Ordinal), Kept(alice));
    }

    [Fact]
    public void A_photo_of_the_vCard_is_published_for_everybody_and_told()
    {
        var (alice, bob) = (Interested(Alice, "desk", Namespaces.AvatarMetadata), Interested(Bob, "phone", Namespaces.AvatarMetadata));
        Befriend(alice, bob);
        Asked(alice, Photo("YWJj", "image/gif"), type: "set");
        Assert.Equal($"result {OfAbc}", Items(LogIn(Carol, "phone"), Namespaces.AvatarData, Alice));
        Assert.Equal([$"alice@example.org headline items {Namespaces.AvatarMetadata} item {OfAbc}="], Events(bob));
        var info = bob.Messages.Last().Child("event", Namespaces.PubSubEvent)!.Child("items")!.Child("item")!.Child("metadata", Namespaces.AvatarMetadata)!.Child("info")!;
        Assert.Equal((OfAbc, "3", "image/gif"), (info.Attr("id"), info.Attr("bytes"), info.Attr("type")));

        // The same again is no news; one that goes is.
        Asked(alice, Photo("YWJj", "image/gif"), type: "set");
        Assert.Single(Events(alice));
        Asked(alice, VCard, type: "set");
        Assert.Equal($"alice@example.org headline items {Namespaces.AvatarMetadata} item none=", Events(bob).Last());
        Assert.Equal(VCard, Kept(alice));
    }
}

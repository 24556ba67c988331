using Presence.Storage.Contracts;
using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>What clients keep for themselves on the server (XEP-0049), bookmarks for one (XEP-0048).</summary>
public class PrivateStorageTests() : Scene(services: new ServiceOptions { MaxPrivateBytes = 1000 })
{
    private const string Bookmarks =
        "<storage xmlns='storage:bookmarks'><conference autojoin='true' jid='tea@rooms.example'><nick>A &amp; B</nick></conference></storage>";

    [Fact]
    public void What_one_client_stored_another_one_gets_also_after_a_crash()
    {
        Assert.Equal("result", Set(Connect(Alice, "desk"), Bookmarks));
        Bench.Crash();
        var phone = Connect(Alice, "phone");
        Assert.Equal(Bookmarks, Get(phone, "<storage xmlns='storage:bookmarks'/>"));
        Assert.Equal("<storage xmlns='storage:rosternotes'/>", Get(phone, "<storage xmlns='storage:rosternotes'/>"));
    }

    [Fact]
    public void An_element_takes_the_place_of_the_one_of_its_name_and_no_other()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Set(alice, "<a xmlns='x'>1</a><b xmlns='x'>2</b><p:a xmlns:p='y'>3</p:a>"));
        Assert.Equal("result", Set(alice, "<a xmlns='x'>4</a>"));
        Assert.Equal("<a xmlns='x'>4</a>", Get(alice, "<a xmlns='x'/>"));
        Assert.Equal("<b xmlns='x'>2</b>", Get(alice, "<b xmlns='x'/>"));
        Assert.Equal("<a xmlns='y'>3</a>", Get(alice, "<a xmlns='y'/>"));
        Assert.Equal("result", Set(alice, "<b xmlns='x'/>"));
        Assert.Equal("<b xmlns='x'/>", Get(alice, "<b xmlns='x'/>"));
        Assert.Null(Bench.Store.ReadDocument(alice.UserId, DocumentKind.Private, "b x"));
    }

    [Theory]
    [InlineData("get", "", "modify bad-request")]
    [InlineData("get", "<a xmlns='x'/><b xmlns='y'/>", "modify not-acceptable")]
    [InlineData("get", "<a/>", "modify not-acceptable")]
    [InlineData("set", "", "modify not-acceptable")]
    [InlineData("set", "<a>1</a>", "modify not-acceptable")]
    [InlineData("set", "<a xmlns='jabber:client'>1</a>", "modify not-acceptable")]
    [InlineData("set", "<a xmlns='x'>1</a><a xmlns='x'>2</a>", "modify bad-request")]
    public void What_makes_no_sense_is_refused(string type, string elements, string outcome) =>
        Assert.Equal(outcome, Asked(Connect(Alice, "desk"), $"<query xmlns='jabber:iq:private'>{elements}</query>", type: type));

    [Fact]
    public void There_is_room_for_so_much_and_no_more()
    {
        var alice = Connect(Alice, "desk");
        Assert.Equal("result", Set(alice, $"<a xmlns='x'>{new string('a', 900)}</a>"));
        Assert.Equal("wait resource-constraint", Set(alice, $"<b xmlns='x'>{new string('b', 100)}</b>"));
        Assert.Equal("result", Set(alice, $"<a xmlns='x'>{new string('a', 950)}</a>"));
        Assert.Equal("<b xmlns='x'/>", Get(alice, "<b xmlns='x'/>"));
        Assert.Equal("result", Set(alice, "<a xmlns='x'/>"));
        for (var i = 0; i < 100; i++)
        {
            Bench.Store.Put(new DocumentStored(new DocumentRow(alice.UserId, DocumentKind.Private, $"n{i} x", null, [])));
        }

        Bench.Crash();
        Assert.Equal("wait resource-constraint", Set(Connect(Alice, "desk"), "<b xmlns='x'>1</b>"));
    }

    [Fact]
    public void Nobody_else_may_look()
    {
        Set(Connect(Alice, "desk"), Bookmarks);
        var bob = Connect(Bob, "phone");
        foreach (var type in new[] { "get", "set" })
        {
            Assert.Equal("cancel service-unavailable", Asked(bob, "<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>", Alice, type));
        }

        Assert.Equal("<storage xmlns='storage:bookmarks'/>", Get(bob, "<storage xmlns='storage:bookmarks'/>"));
    }

    private static string Set(BenchClient client, string elements) => Asked(client, $"<query xmlns='jabber:iq:private'>{elements}</query>", type: "set");

    private static string Get(BenchClient client, string element) =>
        client.Ask(Request($"<query xmlns='jabber:iq:private'>{element}</query>")).Children.Single().Children.Single().ToString();
}

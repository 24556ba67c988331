using Presence.Tests.Shared;
using Xunit;

namespace Presence.Actors.Tests.Users;

/// <summary>
/// RFC 6121 §8.5, row by row: who gets a message by the address it names, its type, and what resources there are. "desk" and "phone" are bob's resources;
/// in the table <c>1</c> is available, <c>0</c> connected without presence, <c>-</c> of negative priority, <c>.</c> absent.
/// </summary>
public class DeliveryRuleTests
{
    private readonly ExecutorBench _bench = new();
    private readonly BenchClient _alice;

    public DeliveryRuleTests()
    {
        _bench.AddUser("alice@example.org");
        _bench.AddUser("bob@example.org");
        _alice = _bench.Connect("alice@example.org", "desk").Enable();
    }

    [Theory]

    // §8.5.2.1.1: the bare address, somebody is there.
    [InlineData("", "normal", "11", "desk phone")]
    [InlineData("", "chat", "11", "desk phone")]
    [InlineData("", "headline", "11", "desk phone")]
    [InlineData("", "groupchat", "11", "error")]
    [InlineData("", "error", "11", "")]
    [InlineData("", "normal", "1-", "desk")]
    [InlineData("", "chat", "1-", "desk")]
    [InlineData("", "headline", "1-", "desk")]
    [InlineData("", "groupchat", "1-", "error")]
    [InlineData("", "error", "1-", "")]
    [InlineData("", "normal", "10", "desk")]
    [InlineData("", "chat", "10", "desk")]
    [InlineData("", "headline", "10", "desk")]

    // All negative: kept, or ignored.
    [InlineData("", "normal", "--", "later")]
    [InlineData("", "chat", "--", "later")]
    [InlineData("", "headline", "--", "")]
    [InlineData("", "groupchat", "--", "error")]
    [InlineData("", "error", "--", "")]

    // §8.5.2.2.1: nobody is there.
    [InlineData("", "normal", "..", "later")]
    [InlineData("", "chat", "..", "later")]
    [InlineData("", "headline", "..", "")]
    [InlineData("", "groupchat", "..", "error")]
    [InlineData("", "error", "..", "")]
    [InlineData("", "chat", "00", "later")]

    // §8.5.3.1: the resource is there, with or without presence, whatever its priority.
    [InlineData("/desk", "normal", "11", "desk")]
    [InlineData("/desk", "chat", "11", "desk")]
    [InlineData("/desk", "headline", "11", "desk")]
    [InlineData("/desk", "groupchat", "11", "desk")]
    [InlineData("/desk", "error", "11", "desk")]
    [InlineData("/desk", "chat", "-1", "desk")]
    [InlineData("/desk", "groupchat", "-1", "desk")]
    [InlineData("/desk", "chat", "01", "desk")]
    [InlineData("/desk", "error", "01", "desk")]

    // §8.5.3.2.1: another is. Normal is treated like chat on purpose (see Messages).
    [InlineData("/desk", "normal", ".1", "phone")]
    [InlineData("/desk", "chat", ".1", "phone")]
    [InlineData("/desk", "headline", ".1", "error")]
    [InlineData("/desk", "groupchat", ".1", "error")]
    [InlineData("/desk", "error", ".1", "")]
    [InlineData("/desk", "chat", ".-", "later")]
    [InlineData("/desk", "chat", "..", "later")]
    [InlineData("/desk", "normal", "..", "later")]
    [InlineData("/desk", "headline", "..", "error")]
    [InlineData("/desk", "groupchat", "..", "error")]
    [InlineData("/desk", "error", "..", "")]
    public void A_message_reaches(string resource, string type, string there, string whom)
    {
        var desk = Connect("desk", there[0]);
        var phone = Connect("phone", there[1]);
        _alice.Send($"<message to='bob@example.org{resource}' type='{type}' id='m'><body>x</body>{(type == "error" ? "<error type='cancel'/>" : "")}</message>");
        List<string> reached = [];
        Add(desk, "desk", reached);
        Add(phone, "phone", reached);
        if (_alice.Messages.Any(m => m.Attr("type") == "error" && m.Attr("id") == "m"))
        {
            reached.Add("error");
        }

        var late = Connect("late", '1')!;
        if (late.Bodies.Any())
        {
            reached.Add(reached.Count == 0 ? "later" : "");
        }

        Assert.Equal(whom.Split(' ', StringSplitOptions.RemoveEmptyEntries), reached.Where(r => r.Length > 0));
        Assert.Equal(whom == "later", reached.Contains("later"));
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("groupchat")]
    public void A_message_to_an_account_that_is_not_is_answered_with_an_error(string type)
    {
        _alice.Send($"<message to='nobody@example.org/x' type='{type}' id='m'><body>x</body></message>");
        Assert.Equal("error", Assert.Single(_alice.Messages).Attr("type"));
    }

    [Fact]
    public void An_error_to_an_account_that_is_not_is_dropped()
    {
        _alice.Send("<message to='nobody@example.org/x' type='error'><error type='cancel'/></message>");
        Assert.Empty(_alice.Messages);
    }

    [Fact]
    public void What_is_not_to_be_stored_obeys_the_same_rules()
    {
        var phone = Connect("phone", '1')!;
        _alice.Send("<message to='bob@example.org' type='groupchat' id='g'><body>x</body><no-store xmlns='urn:xmpp:hints'/></message>");
        _alice.Send("<message to='bob@example.org/desk' type='error' id='e'><body>x</body><no-store xmlns='urn:xmpp:hints'/></message>");
        Assert.Empty(phone.Messages);
        Assert.Equal("g", Assert.Single(_alice.Messages).Attr("id"));
    }

    [Fact]
    public void A_groupchat_message_to_oneself_is_refused_as_to_others()
    {
        var other = _bench.Connect("alice@example.org", "other").Enable();
        other.Send("<presence/>");
        _alice.Send("<message to='alice@example.org' type='groupchat' id='g'><body>x</body></message>");
        Assert.Empty(other.Messages);
        Assert.Equal("error", Assert.Single(_alice.Messages).Attr("type"));
    }

    [Fact]
    public void What_waits_for_a_resource_that_is_gone_goes_to_the_next_new_session_once()
    {
        var phone = Connect("phone", '1')!;
        phone.Drop();
        _alice.Send("<message to='bob@example.org/phone' type='chat'><body>1</body></message>");
        _alice.Send("<message to='bob@example.org' type='chat'><body>2</body></message>");

        // While the phone's session lives, what was addressed to it is its own.
        var desk = Connect("desk", '1')!;
        Assert.Equal(["2"], desk.Bodies);
        desk.Acknowledge();
        _bench.Advance(_bench.Options.LifeWithoutPush);
        var tablet = Connect("tablet", '1')!;
        Assert.Equal(["1"], tablet.Bodies);
        tablet.Acknowledge();
        _bench.Advance(TimeSpan.FromSeconds(2));

        // Nothing stands in front of the account's cursor: after a crash there is nothing to be offered again.
        _bench.Crash();
        Assert.Empty(Connect("late", '1')!.Bodies);
        var account = _bench.Store.State.Users[desk.UserId];
        Assert.True(account.Account!.DeliveredAny >= account.Messages.Keys.Max());
    }

    [Fact]
    public void A_note_to_ones_own_resource_that_is_gone_goes_to_the_next_new_session()
    {
        _alice.Send("<message to='alice@example.org/gone' type='chat'><body>note</body></message>");
        var other = _bench.Connect("alice@example.org", "other").Enable();
        other.Send("<presence/>");
        Assert.Equal(["note"], other.Bodies);
    }

    private static void Add(BenchClient? client, string name, List<string> reached)
    {
        if (client?.Messages.Any() == true)
        {
            reached.Add(name);
        }
    }

    private BenchClient? Connect(string resource, char how)
    {
        if (how == '.')
        {
            return null;
        }

        var client = _bench.Connect("bob@example.org", resource).Enable();
        if (how != '0')
        {
            client.Send(how == '-' ? "<presence><priority>-1</priority></presence>" : "<presence/>");
        }

        return client;
    }
}

using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>Carbons switched on and off (XEP-0280 §4, §5).</summary>
public class CarbonsSwitchTests : Scene
{
    private const string On = "<enable xmlns='urn:xmpp:carbons:2'/>";
    private const string Off = "<disable xmlns='urn:xmpp:carbons:2'/>";

    [Fact]
    public void Given_carbons_when_another_device_talks_then_copies_come_until_they_are_switched_off()
    {
        var (desk, phone) = (Connect(Alice, "desk"), Connect(Alice, "phone"));
        Assert.Equal(["result", "result"], [Asked(phone, On, type: "set"), Asked(phone, On, type: "set")]);
        phone.Received.Clear();
        desk.Send($"<message type='chat' to='{Bob}'><body>one</body></message>");
        Assert.Equal("sent", Assert.Single(phone.Received).Children.Single().Name);
        Assert.Equal(["result", "result"], [Asked(phone, Off, type: "set"), Asked(phone, Off, type: "set")]);
        phone.Received.Clear();
        desk.Send($"<message type='chat' to='{Bob}'><body>two</body></message>");
        Assert.Empty(phone.Received);
    }

    [Fact]
    public void Given_carbons_switched_on_late_when_everything_crashes_then_only_what_came_since_is_copied()
    {
        var (desk, phone) = (Connect(Alice, "desk"), Connect(Alice, "phone"));
        desk.Send($"<message type='chat' to='{Bob}'><body>before</body></message>");
        phone.Ask(Request(On, type: "set"));
        phone.Acknowledge();
        phone.Drop();
        desk.Send($"<message type='chat' to='{Bob}'><body>after</body></message>");
        Bench.Crash();
        phone.Received.Clear();
        phone.Resume();
        Assert.Equal("after", Assert.Single(phone.Messages).Children.Single().Children.Single().Child("message", Namespaces.Client)!.Child("body")!.Text);
        Assert.True(Session(phone).Carbons);
    }

    [Theory]
    [InlineData("type='chat'", "chat")]
    [InlineData("type='normal'", "normal")]
    [InlineData("", "normal")]
    public void A_copy_keeps_the_type_of_the_message(string attribute, string type)
    {
        var (desk, phone, bob) = (Connect(Alice, "desk"), Connect(Alice, "phone"), Connect(Bob, "b"));
        phone.Ask(Request(On, type: "set"));
        phone.Received.Clear();
        desk.Send($"<message {attribute} to='{Bob}'><body>sent</body></message>");
        bob.Send($"<message {attribute} to='{Alice}/desk'><body>received</body></message>");
        Assert.Equal([$"sent {type}", $"received {type}"], phone.Received.Select(m => $"{m.Children.Single().Name} {m.Attr("type")}"));
        phone.Acknowledge();
        phone.Drop();
        bob.Send($"<message {attribute} to='{Alice}/desk'><body>late</body></message>");
        Bench.Crash();
        phone.Resume();
        Assert.Equal(type, phone.Messages.Last().Attr("type"));
    }

    [Theory]
    [InlineData("chat", "<reactions xmlns='urn:xmpp:reactions:0' id='m1'/>", true)]
    [InlineData("normal", "<reactions xmlns='urn:xmpp:reactions:0' id='m1'/>", true)]
    [InlineData("normal", "<retract xmlns='urn:xmpp:message-retract:1' id='m1'/>", true)]
    [InlineData("normal", "<replace xmlns='urn:xmpp:message-correct:0' id='m1'/>", true)]
    [InlineData("normal", "<other xmlns='urn:x'/>", false)]
    [InlineData("chat", "<body>x</body><no-copy xmlns='urn:xmpp:hints'/>", false)]
    [InlineData("chat", "<body>x</body><private xmlns='urn:xmpp:carbons:2'/>", false)]
    public void What_is_copied_in_either_direction(string type, string content, bool copied)
    {
        var (desk, phone, bob) = (Connect(Alice, "desk"), Connect(Alice, "phone"), Connect(Bob, "b"));
        phone.Ask(Request(On, type: "set"));
        phone.Received.Clear();
        desk.Send($"<message type='{type}' to='{Bob}'>{content}</message>");
        bob.Send($"<message type='{type}' to='{Alice}/desk'>{content}</message>");
        Assert.Equal(copied ? ["sent", "received"] : [], phone.Received.Select(m => m.Children.Single().Name));
    }

    [Fact]
    public void The_request_is_acknowledged_with_its_effect()
    {
        var phone = Connect(Alice, "phone");
        phone.Ask(Request(On, type: "set"));
        Bench.Crash();
        phone.Resume();
        Assert.Equal(1, phone.AcknowledgedByServer);
    }
}

using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Iq;

/// <summary>Services without state: time (XEP-0202) and services outside of XMPP (XEP-0215).</summary>
public class ServiceTests() : Scene(services: new ServiceOptions
{
    External =
    [
        new("stun", "stun.example.org", 3478, "udp", null, null, null, null, TimeSpan.Zero),
        new("turn", "turn.example.org", 3478, "udp", "Relay", null, null, "shared", TimeSpan.FromHours(1)),
        new("turn", "turn.example.org", 5349, "tcp", null, "guest", "open", null, TimeSpan.Zero),
    ],
})
{
    private const string Services = "<services xmlns='urn:xmpp:extdisco:2'{0}/>";

    [Fact]
    public void The_server_tells_its_time()
    {
        Bench.Advance(TimeSpan.FromMilliseconds(7));
        var time = Connect(Alice, "desk").Ask(Request("<time xmlns='urn:xmpp:time'/>", Domain)).Child("time", Namespaces.EntityTime)!;
        Assert.Equal(("+00:00", "2023-11-14T22:13:20.007Z"), (time.Child("tzo")!.Text, time.Child("utc")!.Text));
    }

    [Fact]
    public void All_services_are_told_or_those_of_one_type()
    {
        var alice = Connect(Alice, "desk");
        var all = alice.Ask(Request(Services.Replace("{0}", "", StringComparison.Ordinal), Domain)).Children.Single();
        Assert.Equal(["stun 3478 udp", "turn 3478 udp", "turn 5349 tcp"], all.Children.Select(s => $"{s.Attr("type")} {s.Attr("port")} {s.Attr("transport")}"));
        Assert.Null(all.Children.First().Attr("username"));
        var turn = alice.Ask(Request(Services.Replace("{0}", " type='turn'", StringComparison.Ordinal), Domain)).Children.Single();
        Assert.Equal("turn", turn.Attr("type"));
        Assert.Equal(all.Children.Skip(1), turn.Children);
    }

    [Fact]
    public void Credentials_by_a_shared_secret_end_by_themselves()
    {
        var answer = Connect(Alice, "desk").Ask(Request("<credentials xmlns='urn:xmpp:extdisco:2'><service type='turn' host='turn.example.org' port='3478'/></credentials>", Domain));
        var service = Assert.Single(answer.Children.Single().Children);

        // printf 1700003600 | openssl dgst -sha1 -hmac shared -binary | base64
        Assert.Equal(("1700003600", "nU/TN0t1dg54f5Bdxj3JlSSx+ik="), (service.Attr("username"), service.Attr("password")));
        Assert.Equal(("2023-11-14T23:13:20.000Z", "true", "Relay"), (service.Attr("expires"), service.Attr("restricted"), service.Attr("name")));
    }

    [Theory]
    [InlineData("<service type='turn' host='turn.example.org'/>", "result")]
    [InlineData("<service type='stun' host='stun.example.org'/>", "cancel item-not-found")]
    [InlineData("<service type='turn' host='elsewhere.example'/>", "cancel item-not-found")]
    [InlineData("<service type='turn' host='turn.example.org' port='1'/>", "cancel item-not-found")]
    [InlineData("<service type='turn'/>", "modify bad-request")]
    [InlineData("", "modify bad-request")]
    public void Credentials_are_for_what_there_is(string service, string outcome) =>
        Assert.Equal(outcome, Asked(Connect(Alice, "desk"), $"<credentials xmlns='urn:xmpp:extdisco:2'>{service}</credentials>", Domain));
}

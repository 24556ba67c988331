using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

public class StanzaErrorTests
{
    [Theory]
    [InlineData(StanzaErrorCondition.BadRequest, "bad-request", StanzaErrorType.Modify)]
    [InlineData(StanzaErrorCondition.Conflict, "conflict", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.FeatureNotImplemented, "feature-not-implemented", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.Forbidden, "forbidden", StanzaErrorType.Auth)]
    [InlineData(StanzaErrorCondition.Gone, "gone", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.InternalServerError, "internal-server-error", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.ItemNotFound, "item-not-found", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.JidMalformed, "jid-malformed", StanzaErrorType.Modify)]
    [InlineData(StanzaErrorCondition.NotAcceptable, "not-acceptable", StanzaErrorType.Modify)]
    [InlineData(StanzaErrorCondition.NotAllowed, "not-allowed", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.NotAuthorized, "not-authorized", StanzaErrorType.Auth)]
    [InlineData(StanzaErrorCondition.PolicyViolation, "policy-violation", StanzaErrorType.Modify)]
    [InlineData(StanzaErrorCondition.RecipientUnavailable, "recipient-unavailable", StanzaErrorType.Wait)]
    [InlineData(StanzaErrorCondition.Redirect, "redirect", StanzaErrorType.Modify)]
    [InlineData(StanzaErrorCondition.RegistrationRequired, "registration-required", StanzaErrorType.Auth)]
    [InlineData(StanzaErrorCondition.RemoteServerNotFound, "remote-server-not-found", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.RemoteServerTimeout, "remote-server-timeout", StanzaErrorType.Wait)]
    [InlineData(StanzaErrorCondition.ResourceConstraint, "resource-constraint", StanzaErrorType.Wait)]
    [InlineData(StanzaErrorCondition.ServiceUnavailable, "service-unavailable", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.SubscriptionRequired, "subscription-required", StanzaErrorType.Auth)]
    [InlineData(StanzaErrorCondition.UndefinedCondition, "undefined-condition", StanzaErrorType.Cancel)]
    [InlineData(StanzaErrorCondition.UnexpectedRequest, "unexpected-request", StanzaErrorType.Wait)]
    public void Conditions_have_names_and_default_types(StanzaErrorCondition condition, string name, StanzaErrorType type)
    {
        Assert.Equal(name, StanzaError.ElementName(condition));
        Assert.Equal(type, new StanzaError(condition).Type);
        Assert.True(StanzaError.TryParseCondition(name, out var parsed));
        Assert.Equal(condition, parsed);
    }

    [Fact]
    public void A_reply_swaps_addresses_and_keeps_the_id()
    {
        var iq = Build.Stanza("<iq type='get' id='a&amp;b' to='x@y/z&apos;' from='f@g'><query xmlns='jabber:iq:roster'/></iq>");
        Assert.Equal(
            "<iq from='x@y/z&apos;' to='f@g' id='a&amp;b' type='error'><error type='cancel'>"
                + "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
            Build.Text(new StanzaError(StanzaErrorCondition.ServiceUnavailable).Reply(iq)));
        Assert.Equal(
            "<iq from='y' to='me@here/now' id='a&amp;b' type='error'><error type='wait'>"
                + "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:new@y</gone><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>a &lt; b</text>"
                + "<app xmlns='urn:app'/></error></iq>",
            Build.Text(new StanzaError(StanzaErrorCondition.Gone, StanzaErrorType.Wait)
            {
                Text = "a < b",
                Uri = "xmpp:new@y",
                Application = new XmlElement("app", "urn:app"),
            }.Reply(iq, Jid.Parse("me@here/now"), Jid.Parse("y"))));
    }

    [Theory]
    [InlineData("<message/>", true)]
    [InlineData("<message type='error'/>", false)]
    [InlineData("<presence/>", true)]
    [InlineData("<presence type='error'/>", false)]
    [InlineData("<iq type='get'/>", true)]
    [InlineData("<iq type='set'/>", true)]
    [InlineData("<iq type='nonsense'/>", true)]
    [InlineData("<iq type='result'/>", false)]
    [InlineData("<iq type='error'/>", false)]
    [InlineData("<r xmlns='urn:xmpp:sm:3'/>", false)]
    public void Errors_and_results_are_not_answered(string xml, bool answered)
    {
        var stanza = Build.Stanza(xml);
        Assert.Equal(answered, StanzaError.CanAnswer(stanza));
        Assert.Equal(answered, new StanzaError(StanzaErrorCondition.BadRequest).Reply(stanza) is not null);
    }
}

using System.Text;
using Presence.Protocol.Stanzas;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

/// <summary>Which message is taken back and what is left of it (XEP-0424).</summary>
public class RetractionTests
{
    [Theory]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='a&lt;b'/>", "a<b")]
    [InlineData("<body>x</body><retract xmlns='urn:xmpp:message-retract:1' id='1'><moderated xmlns='urn:xmpp:message-moderate:1'/></retract>", "1")]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='2'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>", "2")]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='2'><retract xmlns='urn:xmpp:message-retract:1' id='3'/></apply-to>", null)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id=''/>", null)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1'/>", null)]
    [InlineData("<replace xmlns='urn:xmpp:message-correct:0' id='1'/>", null)]
    public void The_target_is_the_id_of_the_retraction(string content, string? target) =>
        Assert.Equal(target, Retraction.TargetOf(Build.Stanza($"<message>{content}</message>")));

    [Theory]
    [InlineData("m1", true)]
    [InlineData("o'1", true)]
    [InlineData("s1", false)]
    [InlineData("M1", false)]
    public void A_message_is_named_by_its_id_and_its_origin_id(string id, bool named) => Assert.Equal(named, Retraction.IsNamed(
        Build.Stanza("<message id='m1'><origin-id xmlns='urn:xmpp:sid:0' id='o&apos;1'/><stanza-id xmlns='urn:xmpp:sid:0' by='a@b' id='s1'/></message>"), id));

    [Theory]
    [InlineData("1f3a-77", "1f3a-77")]
    [InlineData("a&longest>b", "longest")]
    [InlineData("&'\"", "")]
    [InlineData("", "")]
    public void The_trace_of_an_id_is_what_no_way_of_writing_changes(string id, string trace) =>
        Assert.Equal(trace, Encoding.UTF8.GetString(Retraction.TraceOf(id)));

    [Fact]
    public void A_tombstone_keeps_who_whom_and_which_and_nothing_that_was_said()
    {
        var original = Build.Stanza(
            "<message from='a@b/c' to='d@e' id='m&quot;1' type='chat' xml:lang='de' mood='glad' xmlns:x='urn:x' x:y='z'><body>x</body><subject>y</subject></message>");
        var tombstone = Encoding.UTF8.GetString(Retraction.Tombstone(original, "r<1", new DateTimeOffset(2026, 5, 4, 3, 2, 1, 7, TimeSpan.Zero)));
        Assert.Equal(
            "<message from='a@b/c' to='d@e' id='m&quot;1' type='chat' xml:lang='de'><retracted xmlns='urn:xmpp:message-retract:1' id='r&lt;1' "
            + "stamp='2026-05-04T03:02:01.007Z'/></message>",
            tombstone);
        Assert.EndsWith("xml:lang='de'><retracted xmlns='urn:xmpp:message-retract:1' stamp='1970-01-01T00:00:00.000Z'/></message>",
            Encoding.UTF8.GetString(Retraction.Tombstone(original, null, DateTimeOffset.UnixEpoch)), StringComparison.Ordinal);
    }
}

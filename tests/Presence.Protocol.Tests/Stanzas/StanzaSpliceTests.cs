using System.Text;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

public class StanzaSpliceTests
{
    private static readonly Jid Romeo = Jid.Parse("romeo@example.net/orch'ard&");
    private static readonly Jid Juliet = Jid.Parse("juliet@example.com");

    [Theory]
    [InlineData("<message/>", "<message from='romeo@example.net/orch&apos;ard&amp;' to='juliet@example.com'></message>")]
    [InlineData(
        "<message xmlns='jabber:client' to='x' from=\"y\" id=\"it's\" xmlns:p='urn:p' p:to='z' ><p:a/> <body>ü</body></message >",
        "<message from='romeo@example.net/orch&apos;ard&amp;' to='juliet@example.com' id=\"it's\" xmlns:p='urn:p' p:to='z'><p:a/> <body>ü</body></message>")]
    [InlineData(
        "<iq\ttype='get'\nxml:lang='fr'/>",
        "<iq from='romeo@example.net/orch&apos;ard&amp;' to='juliet@example.com' type='get' xml:lang='fr'></iq>")]
    public void Stamping_sets_addresses_and_keeps_the_rest(string received, string stamped)
    {
        var bytes = StanzaSplice.Stamp(Build.Stanza(received), Romeo, Juliet);
        Assert.Equal(stamped, Build.Text(bytes));
        var again = Build.Stanza(stamped);
        Assert.Equal((Romeo, Juliet), (again.From, again.To));
    }

    [Fact]
    public void Addresses_can_be_left_out_and_a_language_added()
    {
        var stanza = Build.Stanza("<message to='a@b' from='c@d' id='1'/>");
        Assert.Equal("<message id='1'></message>", Build.Text(StanzaSplice.Stamp(stanza, null, null)));
        Assert.Equal("<message id='1' xml:lang='d&amp;'></message>", Build.Text(StanzaSplice.Stamp(stanza, null, null, defaultLang: "d&")));
        Assert.Equal("<message xml:lang='en'></message>", Build.Text(StanzaSplice.Stamp(Build.Stanza("<message xml:lang='en'/>"), null, null, defaultLang: "de")));
    }

    [Fact]
    public void Children_are_removed_and_added()
    {
        var stanza = Build.Stanza("<message>1<a/>2<b>x</b>3<c/>4</message>");
        Assert.Equal("<message>12<b>x</b>34<n/></message>", Build.Text(StanzaSplice.Stamp(stanza, null, null, [0, 2], "<n/>"u8)));
        Assert.Equal("<message>1234</message>", Build.Text(StanzaSplice.Stamp(stanza, null, null, [0, 1, 2])));
        Assert.Equal("<message><n/></message>", Build.Text(StanzaSplice.Stamp(Build.Stanza("<message/>"), null, null, default, "<n/>"u8)));
    }

    [Fact]
    public void Forged_stanza_ids_are_found()
    {
        const string Id = "<stanza-id xmlns='urn:xmpp:sid:0' id='1' by='{0}'/>";
        var content = string.Concat(new[] { "juliet@example.com", "room@muc.example.com", "JULIET@example.com", "juliet@example.com/x", "@", "juliet&#64;example.com" }
            .Select(by => Id.Replace("{0}", by, StringComparison.Ordinal)));
        var stanza = Build.Stanza("<message><stanza-id by='juliet@example.com'/>" + content + "<p:stanza-id xmlns:p='urn:xmpp:sid:0' by='juliet@example.com'/></message>");
        Assert.Equal([1, 3, 6, 7], StanzaSplice.ForgedStanzaIds(stanza, Juliet));
        Assert.Same(StanzaSplice.ForgedStanzaIds(Build.Stanza("<message/>"), Juliet), StanzaSplice.ForgedStanzaIds(Build.Stanza("<iq/>"), Juliet));
    }

    [Theory]
    [InlineData("<presence to='x' type='unavailable'><a/></presence>", "<presence from='romeo@example.net/orch&apos;ard&amp;'", " type='unavailable'><a/></presence>")]
    [InlineData("<presence/>", "<presence from='romeo@example.net/orch&apos;ard&amp;'", "></presence>")]
    public void A_template_leaves_to_open(string received, string head, string tail)
    {
        var stanza = Build.Stanza(received);
        var template = StanzaSplice.Template(stanza, Romeo);
        Assert.Equal((head, tail), (Build.Text(template.Head.Span), Build.Text(template.Tail.Span)));
        Assert.Equal(Build.Text(StanzaSplice.Stamp(stanza, Romeo, Juliet)), Build.Text(template.For(Juliet)));
        Assert.Equal(Build.Text(StanzaSplice.Stamp(stanza, Romeo, null)), Build.Text(template.For(null)));
        Assert.Equal(Build.Text(template.For(Romeo)), head + Build.Text(FanoutTemplate.ToAttribute(Romeo)) + tail);
    }

    [Theory]
    [InlineData("<presence/>")]
    [InlineData("<message id='1'><body to='no'>x</body></message>")]
    public void Stamped_bytes_can_change_their_addressee(string received)
    {
        var stanza = Build.Stanza(received);
        var stamped = StanzaSplice.Stamp(stanza, Romeo, Juliet);
        Assert.Equal(Build.Text(StanzaSplice.Stamp(stanza, Romeo, Romeo)), Build.Text(StanzaSplice.WithTo(stamped, Romeo)));
        Assert.Equal(Build.Text(StanzaSplice.Stamp(stanza, Romeo, null)), Build.Text(StanzaSplice.WithTo(stamped, null)));
        var without = StanzaSplice.Stamp(stanza, Romeo, null);
        Assert.Equal(Build.Text(stamped), Build.Text(StanzaSplice.WithTo(without, Juliet)));
        var bare = StanzaSplice.Stamp(stanza, null, null);
        Assert.Equal(Build.Text(StanzaSplice.Stamp(stanza, null, Juliet)), Build.Text(StanzaSplice.WithTo(bare, Juliet)));
    }

    [Theory]
    [InlineData("<a>", 3)]
    [InlineData("<a/>", 4)]
    [InlineData("<a b='>' c=\"/>\" >x", 17)]
    [InlineData("<a", -1)]
    [InlineData("", -1)]
    public void The_start_tag_ends_outside_of_quotes(string xml, int end) => Assert.Equal(end, StanzaSplice.StartTagEnd(Encoding.UTF8.GetBytes(xml)));

    [Fact]
    public void Appending_goes_before_the_end_tag()
    {
        var stamped = StanzaSplice.Stamp(Build.Stanza("<message><a></a></message>"), null, null);
        Assert.Equal("<message><a></a><b/></message>", Build.Text(StanzaSplice.Append(stamped, "<b/>"u8)));
        Assert.Equal("</message>", Build.Text(stamped.AsSpan(StanzaSplice.EndTagStart(stamped))));
    }

    [Fact]
    public void Stanza_id_and_delay_have_their_forms()
    {
        Assert.Equal("<stanza-id xmlns='urn:xmpp:sid:0' by='juliet@example.com' id='a&lt;'/>", Build.Text(StanzaSplice.StanzaId(Juliet, "a<")));
        var stamp = new DateTimeOffset(2026, 1, 2, 5, 4, 5, 6, TimeSpan.FromHours(2));
        Assert.Equal("<delay xmlns='urn:xmpp:delay' from='juliet@example.com' stamp='2026-01-02T03:04:05.006Z'/>", Build.Text(StanzaSplice.Delay(stamp, Juliet)));
        Assert.Equal("<delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05.006Z'/>", Build.Text(StanzaSplice.Delay(stamp, null)));
    }

    [Fact]
    public void Forwarding_wraps_and_names_the_namespace()
    {
        var stamped = StanzaSplice.Stamp(Build.Stanza("<message id='1'><body>x</body></message>"), null, Juliet);
        Assert.Equal(
            "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' to='juliet@example.com' id='1'><body>x</body></message></forwarded>",
            Build.Text(StanzaSplice.Forwarded(stamped)));
        var element = XmlElement.Parse(StanzaSplice.Forwarded(stamped, DateTimeOffset.UnixEpoch));
        Assert.Equal("1970-01-01T00:00:00.000Z", element.Child("delay", Namespaces.Delay)?.Attr("stamp"));
        Assert.Equal(XmlElement.Parse(stamped), element.Child("message", Namespaces.Client));
    }

    [Fact]
    public void A_big_stanza_does_not_stay_in_the_scratch_buffer()
    {
        var big = "<message id='" + new string('x', 100_000) + "'/>";
        Assert.Equal(big.Length + "></message>".Length - "/>".Length, StanzaSplice.Stamp(Build.Stanza(big), null, null).Length);
        Assert.InRange(StanzaSplice.Scratch().Capacity, 1, 16_384);
    }
}

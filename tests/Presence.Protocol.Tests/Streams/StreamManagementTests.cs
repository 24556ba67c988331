using Presence.Protocol.Stanzas;
using Presence.Protocol.StreamManagement;
using Presence.Protocol.Tests.Stanzas;
using Xunit;

namespace Presence.Protocol.Tests.Streams;

public class StreamManagementTests
{
    private const ulong Wrap = 1UL << 32;

    [Theory]
    [InlineData(0u, 0UL, 0UL)]
    [InlineData(5u, 0UL, 5UL)]
    [InlineData(5u, 9UL, 5UL)]
    [InlineData(9u, 5UL, 9UL)]
    [InlineData(0u, Wrap - 1, Wrap)]
    [InlineData(3u, Wrap - 2, Wrap + 3)]
    [InlineData(uint.MaxValue, Wrap, Wrap - 1)]
    [InlineData(uint.MaxValue, (3 * Wrap) + 1, (3 * Wrap) - 1)]
    [InlineData(0x7FFFFFFFu, 2 * Wrap, (2 * Wrap) + 0x7FFFFFFF)]
    [InlineData(0x80000001u, 2 * Wrap, Wrap + 0x80000001)]
    [InlineData(uint.MaxValue, 0UL, Wrap - 1)]
    [InlineData(0x90000000u, 7UL, 0x90000000UL)]
    public void A_count_on_the_wire_means_the_nearest_one(uint wire, ulong reference, ulong meant)
    {
        var counter = SmCounter.FromWire(wire, new SmCounter(reference));
        Assert.Equal(meant, counter.Value);
        Assert.Equal(wire, counter.Wire);
    }

    [Fact]
    public void Counting_goes_on_past_the_wrap()
    {
        var counter = new SmCounter(uint.MaxValue);
        Assert.Equal(0u, counter.Next().Wire);
        Assert.True(counter.Next() > counter && counter < counter.Next() && counter >= new SmCounter(1) && counter <= counter.Next());
        Assert.Equal("4294967296", counter.Next().ToString());
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("4294967295", true)]
    [InlineData("4294967296", false)]
    [InlineData("-1", false)]
    [InlineData("+1", false)]
    [InlineData(" 1", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Counts_on_the_wire_are_plain_digits(string? text, bool good) => Assert.Equal(good, SmCounter.TryParseWire(text, out _));

    public static TheoryData<string, SmElement> Elements => new()
    {
        { "<enable xmlns='urn:xmpp:sm:3'/>", new SmElement(SmElementKind.Enable) },
        { "<enable xmlns='urn:xmpp:sm:3' resume='true' max='600'/>", new SmElement(SmElementKind.Enable) { Resume = true, MaxSeconds = 600 } },
        {
            "<enabled xmlns='urn:xmpp:sm:3' id='x&amp;' resume='true' max='1' location='[::1]:5222'/>",
            new SmElement(SmElementKind.Enabled) { Id = "x&", Resume = true, MaxSeconds = 1, Location = "[::1]:5222" }
        },
        { "<resume xmlns='urn:xmpp:sm:3' previd='x' h='4294967295'/>", new SmElement(SmElementKind.Resume) { Id = "x", Handled = uint.MaxValue } },
        { "<resumed xmlns='urn:xmpp:sm:3' previd='x' h='0'/>", new SmElement(SmElementKind.Resumed) { Id = "x", Handled = 0 } },
        {
            "<failed xmlns='urn:xmpp:sm:3' h='7'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>",
            new SmElement(SmElementKind.Failed) { Handled = 7, Condition = StanzaErrorCondition.ItemNotFound }
        },
        { "<r xmlns='urn:xmpp:sm:3'/>", new SmElement(SmElementKind.Request) },
        { "<a xmlns='urn:xmpp:sm:3' h='3'/>", new SmElement(SmElementKind.Answer) { Handled = 3 } },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void Elements_are_written_and_read(string xml, SmElement element)
    {
        Assert.Equal(xml, Build.Text(element.ToBytes()));
        Assert.True(SmElement.TryParse(Build.Stanza(xml), out var read));
        Assert.Equal(element, read);
    }

    [Theory]
    [InlineData("<a xmlns='urn:xmpp:sm:3'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='x'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='-1'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:2' h='1'/>")]
    [InlineData("<a h='1'/>")]
    [InlineData("<b xmlns='urn:xmpp:sm:3' h='1'/>")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' h='1'/>")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' previd='1'/>")]
    [InlineData("<enable xmlns='urn:xmpp:sm:3' max='soon'/>")]
    public void Bad_elements_are_refused(string xml) => Assert.False(SmElement.TryParse(Build.Stanza(xml), out _));

    [Theory]
    [InlineData("<active xmlns='urn:xmpp:csi:0'/>", true, true)]
    [InlineData("<inactive xmlns='urn:xmpp:csi:0'/>", true, false)]
    [InlineData("<idle xmlns='urn:xmpp:csi:0'/>", false, false)]
    [InlineData("<active xmlns='http://jabber.org/protocol/chatstates'/>", false, true)]
    public void Client_state_is_recognised(string xml, bool known, bool active)
    {
        Assert.Equal(known, ClientState.TryParse(Build.Stanza(xml), out var state));
        Assert.Equal(active, state);
    }
}

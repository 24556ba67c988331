using Presence.Protocol.Stanzas;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

public class PayloadFlagsTests
{
    [Theory]
    [InlineData("<body>x</body>", PayloadFlags.Body)]
    [InlineData("<body/>", PayloadFlags.None)]
    [InlineData("<body></body>", PayloadFlags.None)]
    [InlineData("<body/><body>x</body>", PayloadFlags.Body)]
    [InlineData("<body xmlns='http://www.w3.org/1999/xhtml'>x</body>", PayloadFlags.None)]
    [InlineData("<x><body>x</body></x>", PayloadFlags.None)]
    [InlineData("<subject/>", PayloadFlags.Subject)]
    [InlineData("<thread>t</thread>", PayloadFlags.Thread)]
    [InlineData("<error type='cancel'/>", PayloadFlags.Error)]
    [InlineData("<active xmlns='http://jabber.org/protocol/chatstates'/>", PayloadFlags.ChatState)]
    [InlineData("<s:composing xmlns:s='http://jabber.org/protocol/chatstates'/>", PayloadFlags.ChatState | PayloadFlags.Composing)]
    [InlineData("<request xmlns='urn:xmpp:receipts'/>", PayloadFlags.ReceiptRequest)]
    [InlineData("<received xmlns='urn:xmpp:receipts' id='1'/>", PayloadFlags.Receipt)]
    [InlineData("<received xmlns='urn:xmpp:chat-markers:0' id='1'/>", PayloadFlags.Marker)]
    [InlineData("<received xmlns='urn:xmpp:carbons:2'/>", PayloadFlags.CarbonReceived)]
    [InlineData("<sent xmlns='urn:xmpp:carbons:2'/>", PayloadFlags.CarbonSent)]
    [InlineData("<private xmlns='urn:xmpp:carbons:2'/>", PayloadFlags.CarbonsPrivate)]
    [InlineData("<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>", PayloadFlags.Marker | PayloadFlags.Displayed)]
    [InlineData("<acknowledged xmlns='urn:xmpp:chat-markers:0' id='1'/>", PayloadFlags.Marker)]
    [InlineData("<markable xmlns='urn:xmpp:chat-markers:0'/>", PayloadFlags.Markable)]
    [InlineData("<no-store xmlns='urn:xmpp:hints'/>", PayloadFlags.NoStore)]
    [InlineData("<no-copy xmlns='urn:xmpp:hints'/>", PayloadFlags.NoCopy)]
    [InlineData("<no-permanent-store xmlns='urn:xmpp:hints'/>", PayloadFlags.NoPermanentStore)]
    [InlineData("<store xmlns='urn:xmpp:hints'/>", PayloadFlags.Store)]
    [InlineData("<encrypted xmlns='eu.siacs.conversations.axolotl'><header/></encrypted>", PayloadFlags.Encrypted)]
    [InlineData("<encrypted xmlns='urn:xmpp:omemo:2'/>", PayloadFlags.Encrypted)]
    [InlineData("<encryption xmlns='urn:xmpp:eme:0' namespace='x'/>", PayloadFlags.Encrypted)]
    [InlineData("<x xmlns='jabber:x:conference' jid='r@c'/>", PayloadFlags.MucInvite)]
    [InlineData("<x xmlns='http://jabber.org/protocol/muc#user'><invite to='a@b'/></x>", PayloadFlags.MucInvite | PayloadFlags.MucUser)]
    [InlineData("<x xmlns='http://jabber.org/protocol/muc#user'><item><invite/></item></x>", PayloadFlags.MucUser)]
    [InlineData("<x xmlns='http://jabber.org/protocol/muc#user'><invite xmlns='urn:x'/></x>", PayloadFlags.MucUser)]
    [InlineData("<x xmlns='http://jabber.org/protocol/muc#user'/><y><invite xmlns='http://jabber.org/protocol/muc#user'/></y>", PayloadFlags.MucUser)]
    [InlineData("<x xmlns='http://jabber.org/protocol/muc'/>", PayloadFlags.MucJoin)]
    [InlineData("<propose xmlns='urn:xmpp:jingle-message:0' id='1'/>", PayloadFlags.JinglePropose)]
    [InlineData("<proceed xmlns='urn:xmpp:jingle-message:1' id='1'/>", PayloadFlags.JingleOther)]
    [InlineData("<replace xmlns='urn:xmpp:message-correct:0' id='1'/>", PayloadFlags.Correction)]
    [InlineData("<reactions xmlns='urn:xmpp:reactions:0' id='1'><reaction>x</reaction></reactions>", PayloadFlags.Reaction)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:1' id='1'/>", PayloadFlags.Retraction)]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='1'><retract xmlns='urn:xmpp:message-retract:0'/></apply-to>", PayloadFlags.Fastening | PayloadFlags.Retraction)]
    [InlineData("<apply-to xmlns='urn:xmpp:fasten:0' id='1'><edited xmlns='urn:x'/></apply-to>", PayloadFlags.Fastening)]
    [InlineData("<retract xmlns='urn:xmpp:message-retract:0'/>", PayloadFlags.None)]
    [InlineData("<retracted xmlns='urn:xmpp:message-retract:1' id='1'/>", PayloadFlags.None)]
    [InlineData("<delay xmlns='urn:xmpp:delay' stamp='x'/>", PayloadFlags.Delay)]
    [InlineData("<stanza-id xmlns='urn:xmpp:sid:0' by='a@b' id='1'/><origin-id xmlns='urn:xmpp:sid:0' id='2'/>", PayloadFlags.StanzaId | PayloadFlags.OriginId)]
    [InlineData("<idle xmlns='urn:xmpp:idle:1' since='x'/>", PayloadFlags.Idle)]
    [InlineData("<c xmlns='http://jabber.org/protocol/caps'/>", PayloadFlags.Caps)]
    [InlineData("<unknown xmlns='urn:xmpp:receipts'/>", PayloadFlags.None)]
    public void Children_set_flags(string content, PayloadFlags flags)
    {
        Assert.Equal(flags, Build.Stanza("<message>" + content + "</message>").Payload);
        Assert.Equal(flags | PayloadFlags.Thread, Build.Stanza("<message><thread/>" + content + "</message>").Payload | PayloadFlags.Thread);
    }

    [Fact]
    public void Every_row_of_the_table_is_found()
    {
        Assert.NotEmpty(PayloadTable.AllRows);
        foreach (var (ns, name, flags) in PayloadTable.AllRows)
        {
            Assert.Equal(flags, Build.Stanza($"<message><{name} xmlns='{ns}'>x</{name}></message>").Payload);
        }
    }

    [Fact]
    public void Flags_are_distinct_bits()
    {
        var values = Enum.GetValues<PayloadFlags>().Where(value => value != PayloadFlags.None).ToList();
        Assert.Equal(values.Count, values.Distinct().Count());
        Assert.All(values, value => Assert.Equal(1, System.Numerics.BitOperations.PopCount((ulong)value)));
    }
}

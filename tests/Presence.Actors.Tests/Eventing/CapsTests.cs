using System.Collections.Frozen;
using System.Globalization;
using Presence.Actors.Users.Eventing;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Actors.Tests.Eventing;

/// <summary>Capabilities of clients (XEP-0115): what they stand for, and that the memory of them has an end.</summary>
public class CapsTests
{
    /// <summary>The example of §5.3, with a form and two languages.</summary>
    private const string Psi =
        """
        <query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>
        <identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/><identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
        <feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#info'/>
        <feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>
        <x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
        <field var='ip_version' type='text-multi'><value>ipv4</value><value>ipv6</value></field><field var='os'><value>Mac</value></field>
        <field var='os_version'><value>10.5.1</value></field><field var='software'><value>Psi</value></field>
        <field var='software_version'><value>0.11</value></field></x></query>
        """;

    private static readonly CapsSaid s_psi = new("sha-1", "http://psi-im.org", "q07IKJEyjvHSyhy//CH0CxmKi8w=");

    [Fact]
    public void The_example_of_the_specification_holds() => Assert.True(CapsVerification.Holds(XmlElement.Parse(Psi), s_psi));

    [Theory]
    [InlineData("<feature var='http://jabber.org/protocol/muc'/>", "")]
    [InlineData("ipv6", "ipv7")]
    [InlineData("<feature var='http://jabber.org/protocol/muc'/>", "<feature var='http://jabber.org/protocol/muc'/><feature var='http://jabber.org/protocol/muc'/>")]
    public void Anything_else_does_not(string old, string other) =>
        Assert.False(CapsVerification.Holds(XmlElement.Parse(Psi.Replace(old, other, StringComparison.Ordinal)), s_psi));

    [Fact]
    public void What_names_no_known_algorithm_does_not_hold()
    {
        Assert.False(CapsVerification.Holds(XmlElement.Parse(Psi), s_psi with { Hash = null }));
        Assert.False(CapsVerification.Holds(XmlElement.Parse(Psi), s_psi with { Hash = "md2" }));
    }

    [Fact]
    public void The_oldest_is_forgotten_when_there_are_too_many()
    {
        var table = new CapsTable();
        CapsSaid Said(int n) => s_psi with { Version = n.ToString(CultureInfo.InvariantCulture) };
        for (var i = 0; i <= CapsTable.MaxEntries; i++)
        {
            table.Learn(Said(i), new[] { "n" }.ToFrozenSet());
            table.Learn(Said(i), new[] { "other" }.ToFrozenSet());
        }

        Assert.Equal(CapsTable.MaxEntries, table.Count);
        Assert.Null(table.Find(Said(0)));
        Assert.Equal(["n"], table.Find(Said(1))!);
        Assert.Same(table.Shared(Said(1)), table.Shared(Said(1)));
        var other = Said(1) with { Node = "example:other" };
        Assert.Same(other, table.Shared(other));
    }
}

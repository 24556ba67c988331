using System.Reflection;
using System.Text;
using Presence.Protocol.Xml;
using Xunit;

namespace Presence.Protocol.Tests.Xml;

public class XmlElementTests
{
    [Fact]
    public void Finders_go_by_name_and_namespace()
    {
        var iq = XmlElement.Parse(
            "<iq type='get' xml:lang='en'><query xmlns='jabber:iq:roster' ver='1'><item/>a<item n='2'/>b</query><query/></iq>");
        Assert.Equal((Namespaces.Client, "get", "en"), (iq.Namespace, iq.Attr("type"), iq.Attr("lang", Namespaces.Xml)));
        Assert.Null(iq.Attr("lang"));
        var query = iq.Child("query", Namespaces.Roster);
        Assert.Equal("1", query?.Attr("ver"));
        Assert.Equal(["item", "item"], query!.Children.Select(child => child.Name));
        Assert.Equal("ab", query.Text);
        Assert.Empty(iq.Child("query")!.Nodes);
        Assert.Null(iq.Child("item"));
    }

    [Theory]
    [InlineData("<a/>", "<a/>")]
    [InlineData("<a xmlns='jabber:client'/>", "<a/>")]
    [InlineData("<a xmlns='u'><b/><c xmlns='v'/></a>", "<a xmlns='u'><b/><c xmlns='v'/></a>")]
    [InlineData("<p:a xmlns:p='u'><p:b/><c/></p:a>", "<a xmlns='u'><b/><c xmlns='jabber:client'/></a>")]
    [InlineData("<a xml:lang='en' xmlns:p='u' p:x='1' x='2'/>", "<a xml:lang='en' xmlns:ns1='u' ns1:x='1' x='2'/>")]
    [InlineData("<a>&#x41;&lt;&gt;<![CDATA[&]]>\r\n</a>", "<a>A&lt;&gt;&amp;\n</a>")]
    [InlineData("<a b='&#10;&apos;&lt;\t'/>", "<a b='&#10;&apos;&lt; '/>")]
    public void Writing_uses_default_namespaces(string xml, string written) => Assert.Equal(written, XmlElement.Parse(xml).ToString());

    [Theory]
    [InlineData("<a b='1' c='2'>x</a>", "<a c='2' b='1'><![CDATA[x]]></a>", true)]
    [InlineData("<a b='1'/>", "<a b='2'/>", false)]
    [InlineData("<a/>", "<a xmlns='u'/>", false)]
    [InlineData("<a><b/>x</a>", "<a>x<b/></a>", false)]
    [InlineData("<a>x</a>", "<a>y</a>", false)]
    public void Equality_is_by_content(string left, string right, bool equal)
    {
        Assert.Equal(equal, XmlElement.Parse(left).Equals(XmlElement.Parse(right)));
        Assert.True(!equal || XmlElement.Parse(left).GetHashCode() == XmlElement.Parse(right).GetHashCode());
    }

    [Fact]
    public void Bad_input_is_told_by_result_or_exception()
    {
        Assert.False(XmlElement.TryParse("<a>"u8, out _));
        Assert.Throws<FormatException>(() => XmlElement.Parse("<a>"));
        Assert.Equal("", XmlElement.Parse("<a/>", "").Namespace);
        Assert.True(XmlElement.TryParse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 64)) + string.Concat(Enumerable.Repeat("</a>", 64))), out _));
        Assert.False(XmlElement.TryParse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 65)) + string.Concat(Enumerable.Repeat("</a>", 65))), out _));
    }

    [Fact]
    public void The_utf8_namespaces_mirror_the_strings()
    {
        var strings = typeof(Namespaces).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!);
        var spans = typeof(Utf8Namespaces).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(property => property.Name, property => Encoding.UTF8.GetString(property.GetMethod!.CreateDelegate<Utf8Getter>()()));
        Assert.Equal(strings, spans);
        Assert.Equal(strings.Values.Order(StringComparer.Ordinal), Namespaces.All.Order(StringComparer.Ordinal));
    }

    private delegate ReadOnlySpan<byte> Utf8Getter();
}

using System.Text;
using Presence.Protocol.Stanzas;
using Xunit;

namespace Presence.Protocol.Tests.Stanzas;

/// <summary>Stanzas out of text, for tests only.</summary>
internal static class Build
{
    public static Stanza Stanza(string xml)
    {
        Assert.True(Presence.Protocol.Stanzas.Stanza.TryParse(Encoding.UTF8.GetBytes(xml), out var stanza), xml);
        return stanza;
    }

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}

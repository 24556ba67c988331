using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml.Linq;
using Presence.Protocol.Xml;

namespace Presence.Cli.Import;

/// <summary>Elements of a portable file as they stand in a client's stream, whose default namespace need not be said, or alone.</summary>
internal static class PortableXml
{
    /// <summary>No server lets its clients send more in one stanza (the most that Limits:MaxStanzaBytes can be), and one such element still fits into a request.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>False: it is too large, or nested or spread out beyond what a client may send.</summary>
    public static bool TryText(XElement element, [NotNullWhen(true)] out string? text)
    {
        text = null;
        var bytes = Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting));
        if (bytes.Length <= MaxBytes && XmlElement.TryParse(bytes, out var parsed))
        {
            text = parsed.ToString();
        }

        return text is not null;
    }
}

using System.Security.Cryptography;
using System.Text;

namespace Presence.Actors.Users.Features;

/// <summary>
/// The server's own entity capabilities (XEP-0115 §6.3), to be told in stream features: derived once from what discovery answers, so that both
/// always agree. It must never depend on who asks.
/// </summary>
public static class ServerCaps
{
    /// <summary>Names the software.</summary>
    public const string Node = "urn:presence:server";

    /// <summary>The verification string (XEP-0115 §5.1).</summary>
    public static string Verification { get; } = Hash([("server", "im", DiscoFeature.ServerName)], IqTable.ServerFeatures);

    /// <summary>The node under which discovery is asked: node#ver.</summary>
    public static string DiscoNode { get; } = $"{Node}#{Verification}";

    /// <summary>Base64 of SHA-1 over identities, then features, each in octet order and followed by <c>&lt;</c>. No language, no forms.</summary>
    internal static string Hash(IEnumerable<(string Category, string Type, string Name)> identities, IEnumerable<string> features)
    {
        var text = new StringBuilder();
        foreach (var identity in identities.Select(i => $"{i.Category}/{i.Type}//{i.Name}").Order(StringComparer.Ordinal))
        {
            text.Append(identity).Append('<');
        }

        foreach (var feature in features.Order(StringComparer.Ordinal))
        {
            text.Append(feature).Append('<');
        }

        // The specification fixes SHA-1 as the algorithm everybody knows; nothing here is secret.
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350
    }
}

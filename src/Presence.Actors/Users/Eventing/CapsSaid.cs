using Presence.Protocol.Stanzas;
using Presence.Protocol.Xml;

namespace Presence.Actors.Users.Eventing;

/// <summary>What a client's presence says of its capabilities (XEP-0115 §4): a name for a set of features, whose meaning has to be asked once.</summary>
/// <param name="Hash">Name of the algorithm; null: the form of old, which cannot be verified.</param>
public sealed record CapsSaid(string? Hash, string Node, string Version)
{
    /// <summary>Longest of the three attributes; a longer one is as good as none.</summary>
    private const int MaxLength = 512;

    /// <summary>Where its meaning is asked (§6.2).</summary>
    public string DiscoNode => $"{Node}#{Version}";

    /// <summary>Null: nothing.</summary>
    public static CapsSaid? Of(Stanza presence)
    {
        if (!presence.TryGetChild("c", Namespaces.Caps, out var child))
        {
            return null;
        }

        // Mostly it stands alone, so the rest of the stanza need not become a tree.
        var alone = XmlElement.TryParse(presence.Bytes.AsSpan(child.Start, child.Length), out var c) && c.Namespace == Namespaces.Caps
            ? c
            : presence.ToElement().Child("c", Namespaces.Caps);
        return alone?.Attr("node") is { Length: > 0 and <= MaxLength } node && alone.Attr("ver") is { Length: > 0 and <= MaxLength } version
            && alone.Attr("hash") is null or { Length: <= MaxLength }
            ? new CapsSaid(alone.Attr("hash"), node, version)
            : null;
    }
}

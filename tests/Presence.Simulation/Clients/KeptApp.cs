using Presence.Protocol.Xml;
using Presence.Simulation.Engine;

namespace Presence.Simulation.Clients;

/// <summary>
/// What an app keeps on the server for itself (XEP-0049): a number of its own that only rises, and a look at it now and then. A look must never show less than what
/// the server had said is kept when it was asked for.
/// </summary>
internal static class KeptApp
{
    private const string Keep = "keep-";
    private const string Look = "look-";

    public static IEnumerable<Choice> Wishes(SimDevice device, World world)
    {
        if (world.Settings.Rosters > 0 && !world.Calm)
        {
            yield return new Choice(world.Settings.Rosters, $"{device.Name} keeps a number", () => device.Send(Phrases.Private("set", $"{Keep}{++device.Kept}", device.Name, device.Kept)));
            yield return new Choice(world.Settings.Rosters, $"{device.Name} looks at its number", () => device.Send(Phrases.Private("get", $"{Look}{device.KeptForSure}", device.Name, 0)));
        }
    }

    /// <summary>An answer to either.</summary>
    public static void Received(SimDevice device, byte[] bytes)
    {
        var iq = XmlElement.Parse(bytes);
        if (iq.Attr("type") != "result" || iq.Attr("id") is not { } id)
        {
            return;
        }

        if (id.StartsWith(Keep, StringComparison.Ordinal))
        {
            device.KeptForSure = Math.Max(device.KeptForSure, Number(id[Keep.Length..]));
        }
        else if (id.StartsWith(Look, StringComparison.Ordinal) && Of(iq.Child("query", Namespaces.PrivateStorage)!.Children.Single()) is var seen && seen < Number(id[Look.Length..]))
        {
            throw new ViolationException("Kept", $"{device.Name} is shown {seen}, though it was told {id[Look.Length..]} is kept");
        }
    }

    /// <summary>The number in what is kept; 0 for nothing.</summary>
    public static int Of(XmlElement kept) => kept.Text.Length == 0 ? 0 : Number(kept.Text);

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

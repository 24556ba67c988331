using System.Net;

namespace Presence.Node.Configuration;

/// <summary>Reads lists in which an operator names machines: addresses and networks, separated by commas. It resolves no names.</summary>
internal static class NetworkList
{
    public const string Allowed = "IP addresses or networks such as 127.0.0.1, ::1 or 10.0.0.0/8, separated by commas";

    /// <summary>The items of any such list.</summary>
    public static string[] Parts(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>False for an empty list, and when any item is neither an address nor a network.</summary>
    public static bool TryRead(string value, out IReadOnlyList<IPNetwork> networks)
    {
        var found = new List<IPNetwork>();
        networks = found;
        foreach (var part in Parts(value))
        {
            if (!TryNetwork(part, out var network))
            {
                return false;
            }

            found.Add(network);
        }

        return found.Count > 0;
    }

    private static bool TryNetwork(string value, out IPNetwork network)
    {
        if (IPAddress.TryParse(value, out var address))
        {
            // Peers are told apart by their plain addresses.
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(value, out network);
    }
}

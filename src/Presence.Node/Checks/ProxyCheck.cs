using System.Net;

namespace Presence.Node.Checks;

/// <summary>Who may tell the client ports another address than its own. A list that everybody stands in protects nobody: it says so.</summary>
internal static class ProxyCheck
{
    public const string Name = "proxies";

    /// <param name="trusted">Empty: nothing is found.</param>
    public static IEnumerable<CheckResult> Run(IReadOnlyList<IPNetwork> trusted)
    {
        if (trusted.Any(network => network.PrefixLength == 0))
        {
            yield return CheckResult.Warning(Name, "Xmpp:ProxyProtocol has a network of all addresses in it: anybody who reaches the client ports may claim any address; name the proxies alone");
        }
        else if (trusted.Count > 0)
        {
            yield return CheckResult.Ok(Name, $"client connections from {string.Join(", ", trusted.Select(Shown))} begin with a PROXY protocol header, others never do");
        }
    }

    private static string Shown(IPNetwork network) =>
        network.PrefixLength == network.BaseAddress.GetAddressBytes().Length * 8 ? network.BaseAddress.ToString() : network.ToString();
}

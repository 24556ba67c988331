using System.Net;

namespace Presence.Node.Configuration;

/// <summary>Reads what clients may reach over HTTP. It opens nothing; whether Converse.js is there is looked at when somebody asks for it.</summary>
internal static class WebSettings
{
    public static WebSection Read(SettingReader reader, string workingDirectory)
    {
        var proxies = reader.Text("Web:TrustedProxies", null, "IP addresses or networks such as 127.0.0.1, ::1 or 10.0.0.0/8, separated by commas",
            value => Parts(value) is { Length: > 0 } parts && parts.All(part => TryNetwork(part, out _)));
        var origins = reader.Text("Web:AllowedOrigins", "*", "* for all, or origins such as https://chat.example.org, separated by commas",
            value => Parts(value) is { Length: > 0 } parts && (parts is ["*"] || parts.All(IsOrigin)))!;
        var url = reader.Text("Web:WebSocketUrl", null, "a URL that starts with wss:// or ws://",
            value => Uri.TryCreate(value, UriKind.Absolute, out var parsed) && parsed.Scheme is "wss" or "ws");
        var converse = reader.Text("Web:ConversePath", "node_modules/converse.js/dist", "the path of a directory")!;
        return new(
            OptionsValidation.Address(reader, "Web:Bind", "*"),
            reader.Port("Web:TlsPort", 5443),
            [.. Parts(proxies ?? "").Select(part => TryNetwork(part, out var network) ? network : default)],
            Parts(origins),
            url,
            Path.GetFullPath(converse, workingDirectory));
    }

    private static string[] Parts(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // An origin is scheme, host and perhaps port (RFC 6454 §6.2), nothing behind.
    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && value.Equals(parsed.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);

    private static bool TryNetwork(string value, out IPNetwork network)
    {
        if (IPAddress.TryParse(value, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(value, out network);
    }
}

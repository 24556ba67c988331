using System.Net;

namespace Presence.Node.Configuration;

/// <summary>Reads what clients may reach over HTTP. It opens nothing; whether Converse.js is there is looked at when somebody asks for it.</summary>
internal static class WebSettings
{
    public static WebSection Read(SettingReader reader, string workingDirectory)
    {
        IReadOnlyList<IPNetwork> proxies = [];
        reader.Text("Web:TrustedProxies", null, NetworkList.Allowed, value => NetworkList.TryRead(value, out proxies));
        var origins = reader.Text("Web:AllowedOrigins", "*", "* for all, or origins such as https://chat.example.org, separated by commas",
            value => NetworkList.Parts(value) is { Length: > 0 } parts && (parts is ["*"] || parts.All(IsOrigin)))!;
        var url = reader.Text("Web:WebSocketUrl", null, "a URL that starts with wss:// or ws://",
            value => Uri.TryCreate(value, UriKind.Absolute, out var parsed) && parsed.Scheme is "wss" or "ws");
        var converse = reader.Text("Web:ConversePath", "node_modules/converse.js/dist", "the path of a directory")!;
        return new(
            OptionsValidation.Address(reader, "Web:Bind", "*"),
            reader.Port("Web:TlsPort", 5443),
            proxies,
            NetworkList.Parts(origins),
            url,
            Path.GetFullPath(converse, workingDirectory));
    }

    // An origin is scheme, host and perhaps port (RFC 6454 §6.2), nothing behind.
    private static bool IsOrigin(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && value.Equals(parsed.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}

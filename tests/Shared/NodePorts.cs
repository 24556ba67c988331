using System.Text.Json.Serialization;

namespace Presence.Tests.Shared;

/// <summary>
/// Where a started node listens, as it says in its ready line. Holds numbers only; it opens nothing.
/// </summary>
/// <param name="Client">TCP port for clients (STARTTLS).</param>
/// <param name="DirectTls">TCP port for clients that start with TLS (XEP-0368).</param>
/// <param name="Http">TCP port of the health and metrics endpoint.</param>
/// <param name="Component">TCP port for external components; 0 if there are none.</param>
/// <param name="Web">TCP port for WebSocket clients and browsers (TLS).</param>
/// <param name="Admin">Path of the Unix socket of the admin endpoint.</param>
public sealed record NodePorts(
    [property: JsonPropertyName("client")] int Client,
    [property: JsonPropertyName("directTls")] int DirectTls,
    [property: JsonPropertyName("http")] int Http,
    [property: JsonPropertyName("admin")] string Admin,
    [property: JsonPropertyName("component")] int Component = 0,
    [property: JsonPropertyName("web")] int Web = 0);

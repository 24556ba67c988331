using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Presence.Cli;

/// <summary>
/// Speaks to a running node over its Unix socket. One request per call; it never touches the node's files and never sends the same change twice.
/// </summary>
public sealed class NodeClient : IDisposable
{
    // The default would write every letter outside ASCII as six.
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _http;

    public NodeClient(string socketPath)
    {
        SocketPath = socketPath;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://node/"),
            // The node gives up after 30 seconds and says so; this is for a node that hangs.
            Timeout = TimeSpan.FromSeconds(40),
        };
    }

    public string SocketPath { get; }

    /// <param name="segments">Path segments, escaped here.</param>
    /// <exception cref="NoNodeException">Nobody listens at the socket, it may not be opened, or the answer did not come.</exception>
    public async Task<NodeAnswer> SendAsync(HttpMethod method, string[] segments, JsonObject? body, CancellationToken cancellation, string query = "")
    {
        using var request = new HttpRequestMessage(method, string.Join('/', segments.Select(Uri.EscapeDataString)) + query);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(s_compact), Encoding.UTF8, "application/json");
        }

        try
        {
            using var answer = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return new NodeAnswer((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject);
        }
        catch (HttpRequestException e)
        {
            throw new NoNodeException(Explain(e), e) { IsNotRunning = IsNotRunning(e) };
        }
        catch (JsonException e)
        {
            throw new NoNodeException($"who listens at {SocketPath} is not a node: the answer is not JSON", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new NoNodeException($"the node at {SocketPath} gave no answer in {_http.Timeout.TotalSeconds:0} s", e);
        }
    }

    /// <summary>As <see cref="SendAsync"/>, for an answer that is long in coming: what it holds is read while it comes.</summary>
    /// <exception cref="NoNodeException">Nobody listens at the socket, or it may not be opened.</exception>
    public async Task<NodeStream> OpenAsync(HttpMethod method, string[] segments, JsonObject? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, string.Join('/', segments.Select(Uri.EscapeDataString)));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(s_compact), Encoding.UTF8, "application/json");
        }

        try
        {
            var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
            {
                return new NodeStream(new NodeAnswer((int)answer.StatusCode, null), await answer.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), answer);
            }

            using (answer)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                return new NodeStream(new NodeAnswer((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text) as JsonObject), Stream.Null, answer);
            }
        }
        catch (HttpRequestException e)
        {
            throw new NoNodeException(Explain(e), e) { IsNotRunning = IsNotRunning(e) };
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new NoNodeException($"the node at {SocketPath} gave no answer in {_http.Timeout.TotalSeconds:0} s", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsNotRunning(HttpRequestException e) =>
        (e.InnerException as SocketException)?.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.ConnectionRefused;

    private string Explain(HttpRequestException e) => (e.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable or SocketError.ConnectionRefused =>
            $"no node is running at {SocketPath}. Start one, or name its socket with --admin PATH or PRESENCE_ADMIN",
        SocketError.AccessDenied => $"{SocketPath} may not be opened: run this as the user the node runs as",
        _ => $"the node at {SocketPath} cannot be reached: {(e.InnerException ?? e).Message}",
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

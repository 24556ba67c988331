using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// Speaks to a node's admin endpoint over its Unix socket: what a test needs to set up accounts.
/// It must never touch the node's files.
/// </summary>
public sealed class AdminClient : IDisposable
{
    private readonly HttpClient http;

    public AdminClient(string socketPath) => http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        PooledConnectionLifetime = TimeSpan.FromSeconds(1),
    })
    {
        BaseAddress = new Uri("http://admin/"),
        Timeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>Adds an account.</summary>
    /// <exception cref="InvalidOperationException">The node refused; the message holds its answer.</exception>
    public async Task AddUserAsync(string jid, string password)
    {
        using var answer = await http.PostAsJsonAsync("users", new { jid, password });
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"POST /users {jid}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Sessions and push registrations of a user, as the node describes them.</summary>
    public async Task<JsonElement> SessionsAsync(string jid) => await http.GetFromJsonAsync<JsonElement>($"users/{Uri.EscapeDataString(jid)}/sessions");

    public void Dispose() => http.Dispose();
}

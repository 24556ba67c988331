using Microsoft.AspNetCore.Http;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Actors.Admin;
using Presence.Node.Checks;
using Presence.Node.Composition;
using Presence.Node.Endpoints;
using Presence.Protocol.Sasl;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Node.Tests.Admin;

/// <summary>The admin endpoint as programs see it: paths, status codes, JSON, and what reaches the owner.</summary>
public sealed class AdminEndpointTests : IAsyncLifetime
{
    private AdminWorld _world = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AdminWorld.StartAsync();
        _http = Client(_world.Socket);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task AddedAccountReachesItsOwnerAsKeysOnly()
    {
        var (status, body) = await SendAsync("POST", "/users", """{"jid":"Alice@localhost","password":"s3cret"}""");

        Assert.Equal(201, status);
        Assert.Equal("alice@localhost", body.GetProperty("jid").GetString());
        var request = Assert.IsType<CreateAccountRequest>(Assert.Single(_world.Asked));
        Assert.Equal("alice@localhost", request.Jid);
        Assert.Equal(ShardKey.UserId("alice@localhost"), request.UserId);
        Assert.True(Keys(request.Credentials).Verify("s3cret"));
        Assert.False(Keys(request.Credentials).Verify("other"));
    }

    [Fact]
    public async Task EveryAccountGetsItsOwnSalt()
    {
        await SendAsync("POST", "/users", """{"jid":"a@localhost","password":"same"}""");
        await SendAsync("POST", "/users", """{"jid":"b@localhost","password":"same"}""");

        var salts = _world.Asked.Cast<CreateAccountRequest>().Select(r => Convert.ToHexString(r.Credentials.Salt));
        Assert.Equal(2, salts.Distinct().Count());
    }

    [Theory]
    [InlineData("""{"jid":"alice@other.example","password":"x"}""", "this node serves localhost")]
    [InlineData("""{"jid":"alice","password":"x"}""", "write name@localhost")]
    [InlineData("""{"jid":"alice@localhost/phone","password":"x"}""", "write name@localhost")]
    [InlineData("""{"jid":7,"password":"x"}""", "write name@localhost")]
    [InlineData("""{"jid":"alice@localhost"}""", "password")]
    [InlineData("""{"jid":"alice@localhost","password":""}""", "may not be empty")]
    [InlineData("""{"jid":"alice@localhost","password":""", "write name@localhost")]
    [InlineData("[]", "write name@localhost")]
    public async Task BadAccountIsRefusedBeforeAnyOwnerIsAsked(string json, string message)
    {
        var (status, body) = await SendAsync("POST", "/users", json);

        Assert.Equal(400, status);
        Assert.Contains(message, body.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(_world.Asked);
    }

    [Theory]
    [InlineData(AdminStatus.AlreadyExists, 409, "exists")]
    [InlineData(AdminStatus.NoSuchUser, 404, "no-such-user")]
    [InlineData(AdminStatus.Unavailable, 503, "unavailable")]
    public async Task OwnersRefusalBecomesAStatus(AdminStatus refusal, int status, string error)
    {
        _world.Answer = _ => new AdminReply(refusal);

        var (answered, body) = await SendAsync("POST", "/users", """{"jid":"alice@localhost","password":"x"}""");

        Assert.Equal((status, error), (answered, body.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task StoreThatCannotBeReadIsTold()
    {
        _world.Answer = _ => throw new StoreException("The disk is gone.");

        var (status, body) = await SendAsync("GET", "/users/alice@localhost/queue");

        Assert.Equal((503, "The disk is gone."), (status, body.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task PasswordIsChanged()
    {
        Assert.Equal(204, (await SendAsync("POST", "/users/alice@localhost/password", """{"password":"new"}""")).Status);

        Assert.True(Keys(Assert.IsType<ChangeCredentialsRequest>(Assert.Single(_world.Asked)).Credentials).Verify("new"));
    }

    [Fact]
    public async Task AccountIsRemoved()
    {
        Assert.Equal(204, (await SendAsync("DELETE", "/users/alice@localhost")).Status);

        Assert.Equal(new RemoveAccountRequest(ShardKey.UserId("alice@localhost")), Assert.Single(_world.Asked));
    }

    [Theory]
    [InlineData("phone", "phone")]
    [InlineData("a%2Fb%20c%252F", "a/b c%2F")]
    [InlineData("%C3%A9t%C3%A9", "été")]
    public async Task ResourceIsUnescapedExactlyOnce(string path, string resource)
    {
        Assert.Equal(204, (await SendAsync("DELETE", $"/users/alice@localhost/sessions/{path}")).Status);

        Assert.Equal(new KickRequest(ShardKey.UserId("alice@localhost"), resource), Assert.Single(_world.Asked));
    }

    [Fact]
    public async Task MissingSessionIsNamed()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.NotFound);

        var (status, body) = await SendAsync("DELETE", "/users/alice@localhost/sessions/phone");

        Assert.Equal(404, status);
        Assert.Contains("session \"phone\"", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllSessionsAreEnded()
    {
        Assert.Equal(204, (await SendAsync("DELETE", "/users/alice@localhost/sessions")).Status);

        Assert.Equal(new KickRequest(ShardKey.UserId("alice@localhost"), null), Assert.Single(_world.Asked));
    }

    [Fact]
    public async Task AccountsAreListedPageByPage()
    {
        _world.AddAccounts("c@localhost", "a@localhost", "b@localhost");

        var (_, first) = await SendAsync("GET", "/users?limit=2");
        var (_, second) = await SendAsync("GET", "/users?limit=2&after=" + Uri.EscapeDataString(first.GetProperty("next").GetString()!));

        Assert.Equal(["a@localhost", "b@localhost"], first.GetProperty("users").EnumerateArray().Select(u => u.GetString()));
        Assert.Equal(["c@localhost"], second.GetProperty("users").EnumerateArray().Select(u => u.GetString()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal(400, (await SendAsync("GET", "/users?limit=many")).Status);
    }

    [Fact]
    public async Task SessionsAreShownWithoutWholeDeviceAddresses()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob);

        var (status, body) = await SendAsync("GET", "/users/bob@localhost/sessions");

        Assert.Equal(200, status);
        var session = Assert.Single(body.GetProperty("sessions").EnumerateArray());
        Assert.Equal("phone", session.GetProperty("resource").GetString());
        Assert.Equal("disconnected", session.GetProperty("phase").GetString());
        Assert.Equal("2026-01-02T03:04:05.000Z", session.GetProperty("expiresAt").GetString());
        Assert.DoesNotContain("0123456789", body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("01234567…", body.GetProperty("registrations")[0].GetProperty("node").GetString());
    }

    [Fact]
    public async Task QueueIsShown()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Samples.Bob);

        var (_, body) = await SendAsync("GET", "/users/bob@localhost/queue");

        var message = Assert.Single(body.GetProperty("queue").EnumerateArray());
        Assert.Equal("m-1", message.GetProperty("stanzaId").GetString());
        Assert.Equal("2026-01-02T03:04:05.000Z", message.GetProperty("at").GetString());
        Assert.Equal("phone", Assert.Single(message.GetProperty("waitsFor").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task ExplanationIsHandedOn()
    {
        _world.Answer = _ => new AdminReply(AdminStatus.Done, Lines: ["because", "of this"]);

        var (_, body) = await SendAsync("GET", "/users/bob@localhost/explain/m%2F1");

        Assert.Equal("m/1", Assert.IsType<ExplainRequest>(Assert.Single(_world.Asked)).StanzaId);
        Assert.Equal(["because", "of this"], body.GetProperty("lines").EnumerateArray().Select(l => l.GetString()));
    }

    [Fact]
    public async Task ChecksAreHandedOn()
    {
        _world.Checks.Add(CheckResult.Warning("certificate", "self-signed"));

        var (_, body) = await SendAsync("GET", "/check");

        Assert.Equal("warning", body.GetProperty("checks")[0].GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("PUT", "/users")]
    [InlineData("GET", "/users/a@localhost/nothing")]
    public async Task UnknownPathIsTold(string method, string path) => Assert.Equal(404, (await SendAsync(method, path)).Status);

    [Fact]
    public void SocketIsForItsOwnerOnly() =>
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_world.Socket));

    [Fact]
    public async Task SecondNodeOnTheSameSocketIsRefused()
    {
        var refusal = await Assert.ThrowsAsync<StartException>(() => HttpServer.OnSocketAsync(_world.Socket, _ => Task.CompletedTask, NullLoggerFactory.Instance));

        Assert.Contains("another node is running", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await SendAsync("GET", "/users")).Status);
    }

    [Fact]
    public async Task SocketLeftBehindByAKilledNodeIsReplaced()
    {
        var path = Path.Combine(Path.GetDirectoryName(_world.Socket)!, "stale.sock");
        LeaveBehind(path);

        await using var listener = await HttpServer.OnSocketAsync(path, context => context.Response.WriteAsync("alive"), NullLoggerFactory.Instance);

        using var http = Client(path);
        Assert.Equal("alive", await http.GetStringAsync("/"));
    }

    [Fact]
    public async Task TakenPortIsTold()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var refusal = await Assert.ThrowsAsync<StartException>(
            () => HttpServer.OnPortAsync(IPAddress.Loopback, port, _ => Task.CompletedTask, NullLoggerFactory.Instance));

        Assert.Contains($"Http:Port {port}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("another program is listening there", refusal.Message, StringComparison.Ordinal);
    }

    // A bound socket whose process died: the file stays, nobody listens. Closing a socket in an orderly way would remove the file.
    private static void LeaveBehind(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var moved = path + ".moved";
        socket.Bind(new UnixDomainSocketEndPoint(moved));
        File.Move(moved, path);
    }

    private static ScramKeys Keys(CredentialRow row) =>
        new(row.Salt, row.Iterations, row.StoredKeySha1, row.ServerKeySha1, row.StoredKeySha256, row.ServerKeySha256);

    private async Task<(int Status, JsonElement Body)> SendAsync(string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    private static HttpClient Client(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://node/"),
    };
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Presence.Actors.Admin;
using Presence.Edge.Listening;
using Presence.Node.Checks;
using Presence.Node.Endpoints;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Admin;

/// <summary>The real admin endpoint on a real Unix socket, in front of an owner that is played: it notes what it is asked and answers what a test wants.</summary>
public sealed class AdminWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("presence-admin-");
    private AdminEndpoint? _endpoint;
    private HttpServer? _listener;

    public string Socket => Path.Combine(_folder.FullName, "admin.sock");

    public ConcurrentQueue<AdminRequest> Asked { get; } = new();

    public Func<AdminRequest, AdminReply> Answer { get; set; } = _ => new AdminReply(AdminStatus.Done);

    public MemoryStore Store { get; } = new();

    /// <summary>What the endpoint reads of users: <see cref="Store"/>, unless a test puts another in its place.</summary>
    public PlayedReads Reads { get; private set; } = null!;

    internal List<CheckResult> Checks { get; } = [];

    internal CertificateReload Reload { get; set; } = new(false, DateTimeOffset.UnixEpoch, null);

    internal static async Task<AdminWorld> StartAsync(AccountKeys? keys = null)
    {
        var world = new AdminWorld();
        Assert.True(Jid.TryParse("localhost", out var domain));
        world._endpoint = new AdminEndpoint(
            new AdminBackend(
                domain,
                keys ?? new AccountKeys(Presence.Protocol.Sasl.ScramKeys.MinIterations),
                (request, _) =>
                {
                    world.Asked.Enqueue(request);
                    return Task.FromResult(world.Answer(request));
                },
                _ => Task.CompletedTask,
                world.Reads = new PlayedReads(world.Store),
                _ => Task.FromResult<IReadOnlyList<CheckResult>>(world.Checks),
                () => world.Reload,
                file => AdminAnswer.BadRequest(file)),
            TimeProvider.System);
        world._listener = await HttpServer.OnSocketAsync(world.Socket, world._endpoint.HandleAsync, NullLoggerFactory.Instance);
        return world;
    }

    public void AddAccounts(params IEnumerable<string> jids)
    {
        foreach (var jid in jids)
        {
            var keys = new CredentialRow([1], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);
            Store.Put(new AccountCreated(new AccountRow(ShardKey.UserId(jid), jid, keys, 0, 0, 0)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}

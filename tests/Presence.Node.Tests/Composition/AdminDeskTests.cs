using Presence.Actors.Admin;
using Presence.Node.Composition;
using Presence.Node.Endpoints;
using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Composition;

/// <summary>Orders of administrators become requests to owners, and their answers errors that say what is the matter.</summary>
public sealed class AdminDeskTests : IDisposable
{
    private readonly List<AdminRequest> _asked = [];
    private readonly MemoryStore _store = new(16);
    private readonly AccountKeys _keys = new(4096);
    private readonly AdminDesk _desk;
    private Func<AdminRequest, AdminReply> _owner = _ => new AdminReply(AdminStatus.Done);

    public AdminDeskTests() => _desk = new AdminDesk(_store, _keys, AskAsync, _ => Task.FromResult(3), TimeProvider.System);

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task PasswordBecomesKeys()
    {
        Assert.Null((await OrderAsync(AdminOrderKind.AddUser, "secret", "dora@localhost")).Error);
        var request = Assert.IsType<CreateAccountRequest>(Assert.Single(_asked));
        Assert.Equal((ShardKey.UserId("dora@localhost"), "dora@localhost", 4096), (request.UserId, request.Jid, request.Credentials.Iterations));

        Assert.Null((await OrderAsync(AdminOrderKind.ChangePassword, "secret", "dora@localhost")).Error);
        Assert.NotEqual(request.Credentials.Salt, Assert.IsType<ChangeCredentialsRequest>(_asked[1]).Credentials.Salt);
    }

    [Fact]
    public async Task NoPasswordIsStretchedOutsideTheThreadMadeForIt()
    {
        // Without a thread nothing is derived, by nobody: the first waits, and one more than may wait is refused.
        using var keys = new AccountKeys(4096, threads: 0, waiting: 1);
        Assert.True(keys.TryDerive("secret", out var waiting));
        var desk = new AdminDesk(_store, keys, AskAsync, _ => Task.FromResult(3), TimeProvider.System);
        var done = new TaskCompletionSource<AdminOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Start(new AdminOrder(AdminOrderKind.AddUser, [Jid.Parse("dora@localhost")], "secret"), done.SetResult);
        Assert.Equal("ResourceConstraint", (await done.Task).Error!.Condition.ToString());
        Assert.False(waiting.IsCompleted);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task PasswordThatNoClientCouldSendIsRefusedUnasked()
    {
        Assert.Equal("NotAcceptable", (await OrderAsync(AdminOrderKind.AddUser, "a\u0007", "dora@localhost")).Error!.Condition.ToString());
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task FirstAccountThatFailsEndsTheOrderAndIsNamed()
    {
        _owner = request => new AdminReply(request.UserId == ShardKey.UserId("b@localhost") ? AdminStatus.NoSuchUser : AdminStatus.Done);

        var outcome = await OrderAsync(AdminOrderKind.DeleteUsers, null, "a@localhost", "b@localhost", "c@localhost");

        Assert.Equal("ItemNotFound", outcome.Error!.Condition.ToString());
        Assert.Contains("b@localhost", outcome.Error.Text, StringComparison.Ordinal);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task SessionsEndAllOrByResource()
    {
        await OrderAsync(AdminOrderKind.EndSessions, null, "a@localhost", "b@localhost/phone");

        Assert.Equal(
            [new KickRequest(ShardKey.UserId("a@localhost"), null), new KickRequest(ShardKey.UserId("b@localhost"), "phone")],
            _asked.Cast<KickRequest>());
    }

    [Theory]
    [InlineData(AdminStatus.AlreadyExists, "Conflict")]
    [InlineData(AdminStatus.NoSuchUser, "ItemNotFound")]
    [InlineData(AdminStatus.NotFound, "ItemNotFound")]
    [InlineData(AdminStatus.Erasing, "ResourceConstraint")]
    [InlineData(AdminStatus.Unavailable, "ResourceConstraint")]
    public async Task RefusalOfAnOwnerIsAnErrorOfItsKind(AdminStatus status, string condition)
    {
        _owner = _ => new AdminReply(status);

        Assert.Equal(condition, (await OrderAsync(AdminOrderKind.AddUser, "secret", "dora@localhost")).Error!.Condition.ToString());
        Assert.Equal(condition, (await OrderAsync(AdminOrderKind.UserStatistics, null, "dora@localhost")).Error!.Condition.ToString());
    }

    [Fact]
    public async Task StoreThatCannotBeUsedIsNoEndOfTheNode()
    {
        _owner = _ => throw new StoreException("broken", new IOException());

        Assert.Equal("ResourceConstraint", (await OrderAsync(AdminOrderKind.DeleteUsers, null, "a@localhost")).Error!.Condition.ToString());
    }

    [Fact]
    public async Task AccountsAndOnlineUsersAreCounted()
    {
        foreach (var name in new[] { "a@localhost", "b@localhost" })
        {
            _store.Put(new AccountCreated(new AccountRow(ShardKey.UserId(name), name, new CredentialRow([], 1, [], [], [], []), 0, 0, 0)));
        }

        Assert.Equal(["2"], (await OrderAsync(AdminOrderKind.CountRegistered, null)).Fields.Single().Values);
        Assert.Equal(["3"], (await OrderAsync(AdminOrderKind.CountOnline, null)).Fields.Single().Values);
    }

    private Task<AdminReply> AskAsync(AdminRequest request, CancellationToken cancellation)
    {
        _asked.Add(request);
        return Task.FromResult(_owner(request));
    }

    private Task<AdminOutcome> OrderAsync(AdminOrderKind kind, string? password, params string[] accounts)
    {
        var outcome = new TaskCompletionSource<AdminOutcome>();
        _desk.Start(new AdminOrder(kind, [.. accounts.Select(Jid.Parse)], password), o => outcome.SetResult(o));
        return outcome.Task;
    }
}

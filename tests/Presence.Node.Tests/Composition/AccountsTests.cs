using Presence.Actors.Admin;
using Presence.Node.Composition;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Routing;
using Presence.Tests.Shared;

namespace Presence.Node.Tests.Composition;

/// <summary>What the edge may do with accounts.</summary>
public sealed class AccountsTests
{
    private static readonly ScramKeys Keys = new([1], 4096, new byte[20], new byte[20], new byte[32], new byte[32]);

    [Fact]
    public async Task NobodyRegistersTheAccountOfAnAdministrator()
    {
        var asked = new List<AdminRequest>();
        using var accounts = new Accounts(
            new MemoryStore(16),
            (request, _) =>
            {
                asked.Add(request);
                return Task.FromResult(new AdminReply(AdminStatus.Done));
            },
            ["admin@localhost"]);

        Assert.Equal(AccountChange.Exists, await accounts.CreateAsync(Jid.Parse("Admin@localhost"), Keys, TestContext.Current.CancellationToken));
        Assert.Empty(asked);
        Assert.Equal(AccountChange.Done, await accounts.CreateAsync(Jid.Parse("dora@localhost"), Keys, TestContext.Current.CancellationToken));
        Assert.Equal(AccountChange.Done, await accounts.ChangeKeysAsync(Jid.Parse("admin@localhost"), Keys, TestContext.Current.CancellationToken));
        Assert.Equal(2, asked.Count);
    }
}

using System.Globalization;
using Presence.Actors.Admin;
using Presence.Node.Endpoints;
using Presence.Protocol.Addressing;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// Carries out what administrators order by XMPP (XEP-0133), by the same requests to the owners of users that the admin endpoint makes. It must never ask who orders: that has been asked.
/// </summary>
/// <param name="ask">Puts a request to the owner of a user.</param>
/// <param name="countOnline">Users with a client connected.</param>
internal sealed class AdminDesk(
    IStore store, AccountKeys keys, Func<AdminRequest, CancellationToken, Task<AdminReply>> ask, Func<CancellationToken, Task<int>> countOnline, TimeProvider clock)
    : IAdminDesk
{
    private const int Page = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public void Start(AdminOrder order, Action<AdminOutcome> done) => _ = Task.Run(async () => done(await CarryOutAsync(order).ConfigureAwait(false)));

    private async Task<AdminOutcome> CarryOutAsync(AdminOrder order)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        try
        {
            return order.Kind switch
            {
                AdminOrderKind.AddUser => await WithKeysAsync(
                    order, made => new CreateAccountRequest(Id(order.Accounts[0]), order.Accounts[0].ToString(), made), limit.Token).ConfigureAwait(false),
                AdminOrderKind.ChangePassword => await WithKeysAsync(
                    order, made => new ChangeCredentialsRequest(Id(order.Accounts[0]), made), limit.Token).ConfigureAwait(false),
                AdminOrderKind.DeleteUsers => await EachAsync(order, jid => new RemoveAccountRequest(Id(jid)), limit.Token).ConfigureAwait(false),
                AdminOrderKind.EndSessions => await EachAsync(order, jid => new KickRequest(Id(jid.Bare), jid.Resource), limit.Token).ConfigureAwait(false),
                AdminOrderKind.UserStatistics => await DescribeAsync(order.Accounts[0], limit.Token).ConfigureAwait(false),
                AdminOrderKind.CountRegistered => Number("registeredusersnum", CountAccounts(limit.Token)),
                AdminOrderKind.CountOnline => Number("onlineusersnum", await countOnline(limit.Token).ConfigureAwait(false)),
                _ => throw new ArgumentOutOfRangeException(nameof(order)),
            };
        }
        catch (Exception e) when (e is OperationCanceledException or StoreException or ObjectDisposedException)
        {
            return AdminOutcome.Failed(StanzaErrorCondition.ResourceConstraint, "no answer in time, or the store cannot be used; whether the change was made is not known");
        }
    }

    private async Task<AdminOutcome> WithKeysAsync(AdminOrder order, Func<CredentialRow, AdminRequest> request, CancellationToken cancellation)
    {
        if (!keys.TryDerive(order.Password!, out var deriving))
        {
            return AdminOutcome.Failed(StanzaErrorCondition.ResourceConstraint, "too many passwords wait for their keys; try again in a moment");
        }

        if (await deriving.WaitAsync(cancellation).ConfigureAwait(false) is not { } made)
        {
            return AdminOutcome.Failed(StanzaErrorCondition.NotAcceptable, "a password may not be empty or hold control characters");
        }

        var reply = await ask(request(made), cancellation).ConfigureAwait(false);
        return Refusal(reply.Status, order.Accounts[0]) ?? AdminOutcome.Done;
    }

    // The first that cannot be done ends it: the answer names it, and what came before it in the list is done.
    private async Task<AdminOutcome> EachAsync(AdminOrder order, Func<Jid, AdminRequest> request, CancellationToken cancellation)
    {
        foreach (var account in order.Accounts)
        {
            var reply = await ask(request(account), cancellation).ConfigureAwait(false);
            if (Refusal(reply.Status, account) is { } refusal)
            {
                return refusal;
            }
        }

        return AdminOutcome.Done;
    }

    private async Task<AdminOutcome> DescribeAsync(Jid account, CancellationToken cancellation)
    {
        var reply = await ask(new DescribeUserRequest(Id(account)), cancellation).ConfigureAwait(false);
        if (reply.User is not { } user)
        {
            return Refusal(reply.Status, account) ?? throw new InvalidOperationException("a description without a user");
        }

        var online = user.Sessions.Where(s => s.ConnectionId is not null).ToList();
        return new AdminOutcome(
            null,
            [
                ("rostersize", [user.RosterSize.ToString(CultureInfo.InvariantCulture)]),
                ("onlineresources", [.. online.Select(s => s.Resource)]),
                ("ipaddresses", [.. online.Select(s => s.Remote).OfType<string>().Distinct()]),
            ]);
    }

    private int CountAccounts(CancellationToken cancellation)
    {
        var (count, page) = (0, store.ListAccounts(null, Page));
        while (page.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            count += page.Count;
            page = page.Count < Page ? [] : store.ListAccounts(page[^1], Page);
        }

        return count;
    }

    private static AdminOutcome Number(string field, int number) => new(null, [(field, [number.ToString(CultureInfo.InvariantCulture)])]);

    private static AdminOutcome? Refusal(AdminStatus status, Jid account) => status switch
    {
        AdminStatus.Done => null,
        AdminStatus.AlreadyExists => AdminOutcome.Failed(StanzaErrorCondition.Conflict, $"{account} exists already"),
        AdminStatus.NoSuchUser => AdminOutcome.Failed(StanzaErrorCondition.ItemNotFound, $"there is no account {account.Bare}"),
        AdminStatus.NotFound => AdminOutcome.Failed(StanzaErrorCondition.ItemNotFound, $"there is no session {account}"),
        AdminStatus.Erasing => AdminOutcome.Failed(StanzaErrorCondition.ResourceConstraint, $"the data of a removed account {account} is still being deleted; try again in a moment"),
        AdminStatus.Defect => AdminOutcome.Failed(StanzaErrorCondition.InternalServerError, "the node met a defect with this and did nothing of it; see its log"),
        _ => AdminOutcome.Failed(StanzaErrorCondition.ResourceConstraint, "the node is overloaded, stopping, or cannot write its data"),
    };

    private static long Id(Jid jid) => ShardKey.UserId(jid.ToString());
}

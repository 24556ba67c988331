using Presence.Actors.Admin;
using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Node.Composition;

/// <summary>
/// Accounts for the edge of the same process: keys are read from the store, changes go through the owner of the user. It derives and caches no keys.
/// </summary>
/// <param name="ask">Puts a request to the owner of a user.</param>
/// <param name="administrators">Bare JIDs nobody may register: whoever came first would be an administrator. Operators make these accounts.</param>
internal sealed class Accounts(IStore store, Func<AdminRequest, CancellationToken, Task<AdminReply>> ask, IReadOnlyList<string> administrators)
    : IAccounts, IDisposable
{
    // As many as the store has connections for reading; a storm of log-ins waits here instead of holding pool threads.
    private readonly SemaphoreSlim _reading = new(4);

    // Looked up at start and then only ever set: whether the last such account is gone is found out at the next start.
    private volatile bool _sha1Only = store.HasSha1OnlyAccounts();

    public bool Sha1Only => _sha1Only;

    /// <summary>Asks the owner of a user, and notes accounts that get keys of one hash only.</summary>
    public Task<AdminReply> AskAsync(AdminRequest request, CancellationToken cancellation)
    {
        if (request is ImportRequest { Data.Credentials: { StoredKeySha256.Length: 0 } } && !_sha1Only)
        {
            _sha1Only = true;
        }

        return ask(request, cancellation);
    }

    public async ValueTask<ScramKeys?> FindAsync(Jid account, CancellationToken cancellation)
    {
        await _reading.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // On the caller's thread, which is one of the same pool: another hop would cost more than the read.
            var row = store.ReadCredentials(Id(account));
            return row is null ? null : new ScramKeys(row.Salt, row.Iterations, row.StoredKeySha1, row.ServerKeySha1, row.StoredKeySha256, row.ServerKeySha256);
        }
        finally
        {
            _reading.Release();
        }
    }

    public ValueTask<AccountChange> CreateAsync(Jid account, ScramKeys keys, CancellationToken cancellation) =>
        administrators.Contains(account.Bare.ToString())
            ? ValueTask.FromResult(AccountChange.Exists)
            : ChangeAsync(new CreateAccountRequest(Id(account), account.Bare.ToString(), Row(keys)), cancellation);

    public ValueTask<AccountChange> ChangeKeysAsync(Jid account, ScramKeys keys, CancellationToken cancellation) =>
        ChangeAsync(new ChangeCredentialsRequest(Id(account), Row(keys)), cancellation);

    public void Dispose() => _reading.Dispose();

    public static CredentialRow Row(ScramKeys keys) =>
        new(keys.Salt, keys.Iterations, keys.StoredKeySha1, keys.ServerKeySha1, keys.StoredKeySha256, keys.ServerKeySha256);

    private async ValueTask<AccountChange> ChangeAsync(AdminRequest request, CancellationToken cancellation) =>
        (await ask(request, cancellation).ConfigureAwait(false)).Status switch
        {
            AdminStatus.Done => AccountChange.Done,
            AdminStatus.AlreadyExists => AccountChange.Exists,
            AdminStatus.NoSuchUser or AdminStatus.NotFound => AccountChange.Unknown,
            _ => AccountChange.Unavailable,
        };

    private static long Id(Jid account) => ShardKey.UserId(account.Bare.ToString());
}

using Presence.Protocol.Addressing;
using Presence.Protocol.Sasl;

namespace Presence.Routing;

/// <summary>How an account change ended.</summary>
public enum AccountChange
{
    Done,

    /// <summary>The name is taken (XEP-0077: conflict).</summary>
    Exists,

    /// <summary>There is no such account.</summary>
    Unknown,

    /// <summary>The store cannot be asked now; try again later.</summary>
    Unavailable,
}

/// <summary>
/// Accounts as an edge needs them: keys for a log-in, and in-band registration (XEP-0077). Key derivation is done by the caller, never by an owner.
/// </summary>
public interface IAccounts
{
    /// <summary>Null: no such account (the caller goes on with fake keys, so that nothing is revealed). Throws <see cref="IOException"/> when the store cannot be read.</summary>
    ValueTask<ScramKeys?> FindAsync(Jid account, CancellationToken cancellation);

    /// <summary>
    /// Some account has no keys for SCRAM-SHA-256. Who logs in says which account only after choosing a mechanism, so that one cannot be offered to anybody.
    /// </summary>
    bool Sha1Only => false;

    ValueTask<AccountChange> CreateAsync(Jid account, ScramKeys keys, CancellationToken cancellation);

    ValueTask<AccountChange> ChangeKeysAsync(Jid account, ScramKeys keys, CancellationToken cancellation);
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Presence.Edge.Negotiation;
using Presence.Protocol.Sasl;
using Presence.Storage.Contracts;

namespace Presence.Node.Endpoints;

/// <summary>
/// Makes what is stored of the passwords that operators set, on a thread of its own, one after the other: it costs milliseconds of a core on purpose, and on the thread pool would hold up
/// sockets. It must never keep a password, nor let more than a few wait.
/// </summary>
/// <param name="iterations">PBKDF2 rounds.</param>
internal sealed class AccountKeys(int iterations, int threads = 1, int waiting = AccountKeys.MaxWaiting) : IDisposable
{
    /// <summary>Passwords that may wait.</summary>
    public const int MaxWaiting = 64;

    private readonly KeyDerivationPool _pool = new(threads, waiting);

    public int Iterations { get; } = iterations;

    /// <summary>False: as many wait as may, or the node stops.</summary>
    /// <param name="keys">Becomes null if the password is empty or holds what no client could send (RFC 8265 §4.2).</param>
    public bool TryDerive(string password, [NotNullWhen(true)] out Task<CredentialRow?>? keys) => _pool.TryRun(() => Derive(password, Iterations), out keys);

    /// <summary>Takes nothing more; what waits is still done.</summary>
    public void Dispose() => _pool.Dispose();

    private static CredentialRow? Derive(string password, int iterations) =>
        ScramKeys.TryDerive(password, RandomNumberGenerator.GetBytes(ScramKeys.SaltLength), iterations, out var keys)
            ? new CredentialRow(keys.Salt, keys.Iterations, keys.StoredKeySha1, keys.ServerKeySha1, keys.StoredKeySha256, keys.ServerKeySha256)
            : null;
}

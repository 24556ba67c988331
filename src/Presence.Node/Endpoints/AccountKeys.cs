using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Presence.Protocol.Sasl;
using Presence.Storage.Contracts;

namespace Presence.Node.Endpoints;

/// <summary>Makes what is stored of a password. Costs milliseconds of a core; never called on an executor or I/O thread. The password is not kept.</summary>
internal static class AccountKeys
{
    /// <summary>False when the password is empty or holds what no client could send (RFC 8265 §4.2).</summary>
    public static bool TryDerive(string password, int iterations, [NotNullWhen(true)] out CredentialRow? row)
    {
        row = ScramKeys.TryDerive(password, RandomNumberGenerator.GetBytes(ScramKeys.SaltLength), iterations, out var keys)
            ? new CredentialRow(keys.Salt, keys.Iterations, keys.StoredKeySha1, keys.ServerKeySha1, keys.StoredKeySha256, keys.ServerKeySha256)
            : null;
        return row is not null;
    }
}

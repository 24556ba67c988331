using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Addressing;

namespace Presence.Protocol.Sasl;

/// <summary>
/// What is kept of a password: enough to check a SCRAM proof by either hash and to prove the server, not enough to log in
/// (RFC 5802 §3). It must never hold the password, nor be written to a log.
/// </summary>
/// <param name="Salt">One salt for both hashes, <see cref="SaltLength"/> random bytes for each account.</param>
/// <param name="Iterations">Rounds of PBKDF2; the client has to do as many.</param>
/// <param name="StoredKeySha1">H(ClientKey), 20 bytes; the keys of a hash that cannot be used are empty.</param>
/// <param name="ServerKeySha1">20 bytes.</param>
/// <param name="StoredKeySha256">H(ClientKey), 32 bytes.</param>
/// <param name="ServerKeySha256">32 bytes.</param>
public sealed record ScramKeys(
    byte[] Salt, int Iterations, byte[] StoredKeySha1, byte[] ServerKeySha1, byte[] StoredKeySha256, byte[] ServerKeySha256)
{
    /// <summary>Bytes of salt that accounts get.</summary>
    public const int SaltLength = 16;

    /// <summary>The fewest rounds that RFC 7677 §4 allows.</summary>
    public const int MinIterations = 4096;

    /// <summary>More would let one login take a core for seconds.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>
    /// Derives the keys of a password: one PBKDF2 for each hash, milliseconds of work, so never on a thread that serves
    /// connections. False when the password is empty or holds characters that OpaqueString refuses (RFC 8265 §4.2).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Rounds out of bounds or no salt: a bug or a bad configuration.</exception>
    public static bool TryDerive(string password, ReadOnlySpan<byte> salt, int iterations, [NotNullWhen(true)] out ScramKeys? keys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        ArgumentOutOfRangeException.ThrowIfZero(salt.Length);
        keys = null;
        if (!TryPrepare(password, out var bytes))
        {
            return false;
        }

        var (storedSha1, serverSha1) = DeriveFor(ScramHash.Sha1, bytes, salt, iterations);
        var (storedSha256, serverSha256) = DeriveFor(ScramHash.Sha256, bytes, salt, iterations);
        CryptographicOperations.ZeroMemory(bytes);
        keys = new ScramKeys(salt.ToArray(), iterations, storedSha1, serverSha1, storedSha256, serverSha256);
        return true;
    }

    /// <summary>
    /// Whether the password is the one these keys came from. Runs PBKDF2 once, so never on a thread that serves connections.
    /// </summary>
    public bool Verify(string password)
    {
        if (!TryPrepare(password, out var bytes))
        {
            return false;
        }

        // An account that was moved here may have the keys of one hash only.
        var hash = StoredKeySha256.Length > 0 ? ScramHash.Sha256 : ScramHash.Sha1;
        var (stored, _) = DeriveFor(hash, bytes, Salt, Iterations);
        CryptographicOperations.ZeroMemory(bytes);
        return CryptographicOperations.FixedTimeEquals(stored, StoredKey(hash));
    }

    /// <summary>The key that a client's proof is checked against.</summary>
    public byte[] StoredKey(ScramHash hash) => hash is ScramHash.Sha1 ? StoredKeySha1 : StoredKeySha256;

    /// <summary>The key by which the server proves that it knows the account.</summary>
    public byte[] ServerKey(ScramHash hash) => hash is ScramHash.Sha1 ? ServerKeySha1 : ServerKeySha256;

    /// <summary>Compares all six values in a time that does not depend on where they differ.</summary>
    public bool Equals(ScramKeys? other) =>
        other is not null
        && (Iterations == other.Iterations)
            & CryptographicOperations.FixedTimeEquals(Salt, other.Salt)
            & CryptographicOperations.FixedTimeEquals(StoredKeySha1, other.StoredKeySha1)
            & CryptographicOperations.FixedTimeEquals(ServerKeySha1, other.ServerKeySha1)
            & CryptographicOperations.FixedTimeEquals(StoredKeySha256, other.StoredKeySha256)
            & CryptographicOperations.FixedTimeEquals(ServerKeySha256, other.ServerKeySha256);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Salt);
        return hash.ToHashCode();
    }

    /// <summary>Keeps the keys out of logs and test output.</summary>
    public override string ToString() => $"ScramKeys({Iterations} rounds)";

    private static bool TryPrepare(string password, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = OpaqueStringProfile.TryEnforce(password, out var prepared) ? Encoding.UTF8.GetBytes(prepared) : null;
        return bytes is not null;
    }

    private static (byte[] Stored, byte[] Server) DeriveFor(ScramHash hash, byte[] password, ReadOnlySpan<byte> salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, ScramHashing.NameOf(hash), ScramHashing.LengthOf(hash));
        var clientKey = ScramHashing.Hmac(hash, salted, "Client Key"u8);
        var keys = (ScramHashing.Hash(hash, clientKey), ScramHashing.Hmac(hash, salted, "Server Key"u8));
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(clientKey);
        return keys;
    }
}

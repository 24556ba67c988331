using System.Security.Cryptography;

namespace Presence.Protocol.Sasl;

/// <summary>
/// H and HMAC of RFC 5802 §2.2 for the hash at hand. SHA-1 is what SCRAM-SHA-1 is made of and is used nowhere else.
/// </summary>
internal static class ScramHashing
{
    public static HashAlgorithmName NameOf(ScramHash hash) => hash is ScramHash.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;

    public static int LengthOf(ScramHash hash) => hash is ScramHash.Sha1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes;

    public static byte[] Hash(ScramHash hash, ReadOnlySpan<byte> data) => CryptographicOperations.HashData(NameOf(hash), data);

    public static byte[] Hmac(ScramHash hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        CryptographicOperations.HmacData(NameOf(hash), key, data);
}

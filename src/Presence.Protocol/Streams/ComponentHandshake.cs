using System.Security.Cryptography;
using System.Text;

namespace Presence.Protocol.Streams;

/// <summary>
/// How a component proves that it knows the shared secret (XEP-0114 §3). It must never be used for more: the digest is as weak as the protocol is
/// old, which is why components belong on loopback or a network of their own.
/// </summary>
public static class ComponentHandshake
{
    /// <summary>The server's answer to a handshake it accepts.</summary>
    public static ReadOnlySpan<byte> Accepted => "<handshake/>"u8;

    /// <summary>SHA-1 of stream id and secret in lowercase hexadecimal digits.</summary>
    public static string Digest(string streamId, string secret)
    {
#pragma warning disable CA5350 // XEP-0114 leaves no choice.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(streamId + secret)));
#pragma warning restore CA5350
    }

    /// <summary>Compares in a time that does not tell how much of the digest was right.</summary>
    public static bool IsRight(string claimed, string streamId, string secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(claimed.Trim()), Encoding.UTF8.GetBytes(Digest(streamId, secret)));
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Presence.Routing;

/// <summary>
/// Where a user lives: id and shard are pure functions of the bare JID, so that any edge routes without a lookup. Never depends on configuration
/// other than the shard count, which is fixed when the store is created.
/// </summary>
public static class ShardKey
{
    /// <summary>Shards of a store, fixed at creation.</summary>
    public const int DefaultShardCount = 1024;

    /// <summary>The first 63 bits of SHA-256 over the prepared bare JID; never 0.</summary>
    public static long UserId(string bareJid)
    {
        Span<byte> utf8 = stackalloc byte[3071];
        Span<byte> hash = stackalloc byte[32];
        var length = Encoding.UTF8.GetBytes(bareJid, utf8);
        SHA256.HashData(utf8[..length], hash);
        var id = BinaryPrimitives.ReadInt64BigEndian(hash) & long.MaxValue;
        return id == 0 ? 1 : id;
    }

    public static int Shard(long userId, int shardCount) => (int)(userId % shardCount);
}

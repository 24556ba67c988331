using System.Security.Cryptography;
using System.Text;

namespace Presence.Protocol.Sasl;

/// <summary>
/// Keys for users who do not exist, always the same for the same name, so that a stranger learns nothing from the salt
/// (RFC 5802 §7 leaves this to servers). It must never give two names one salt, nor keys that any password fits.
/// </summary>
/// <param name="secret">At least 16 random bytes kept with the store; who has them can tell real salts from made-up ones.</param>
/// <param name="iterations">The rounds that new accounts get, so that the answer looks like theirs.</param>
public sealed class ScramDecoy(byte[] secret, int iterations)
{
    private readonly byte[] _secret = secret.Length >= 16 ? secret : throw new ArgumentException("Too short", nameof(secret));

    /// <summary>Keys for a prepared name.</summary>
    public ScramKeys KeysFor(string username)
    {
        var name = Encoding.UTF8.GetBytes(username);
        return new ScramKeys(
            Expand(0, name)[..ScramKeys.SaltLength],
            iterations,
            Expand(1, name)[..ScramHashing.LengthOf(ScramHash.Sha1)],
            Expand(2, name)[..ScramHashing.LengthOf(ScramHash.Sha1)],
            Expand(3, name),
            Expand(4, name));
    }

    private byte[] Expand(byte purpose, byte[] name) => HMACSHA256.HashData(_secret, (byte[])[purpose, .. name]);
}

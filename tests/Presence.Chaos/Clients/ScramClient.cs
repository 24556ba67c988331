using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Presence.Chaos.Clients;

/// <summary>
/// The client's side of SCRAM-SHA-1 without channel binding (RFC 5802 §3), as base64 in and out. It keeps the key it derived, since a thousand
/// log-ins of one user would otherwise measure this client; it does not check the server's signature.
/// </summary>
internal sealed class ScramClient(string user, string password)
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string, string), byte[]> s_salted = new();
    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(15));

    private string Bare => $"n={user},r={_nonce}";

    public string First() => Convert.ToBase64String(Encoding.UTF8.GetBytes("n,," + Bare));

    public string Final(string challenge)
    {
        var first = Encoding.UTF8.GetString(Convert.FromBase64String(challenge));
        var fields = first.Split(',').ToDictionary(f => f[0], f => f[2..]);
        var salted = s_salted.GetOrAdd((password, first[first.IndexOf("s=", StringComparison.Ordinal)..]), _ => Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), Convert.FromBase64String(fields['s']), int.Parse(fields['i'], CultureInfo.InvariantCulture), HashAlgorithmName.SHA1, 20));
        var withoutProof = $"c=biws,r={fields['r']}";
#pragma warning disable CA5350 // SHA-1 is what the mechanism says
        var key = HMACSHA1.HashData(salted, "Client Key"u8);
        var signature = HMACSHA1.HashData(SHA1.HashData(key), Encoding.UTF8.GetBytes($"{Bare},{first},{withoutProof}"));
#pragma warning restore CA5350
        var proof = key.Select((b, i) => (byte)(b ^ signature[i])).ToArray();
        return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"));
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Sasl;

namespace Presence.Cli.Clients;

/// <summary>
/// The client's side of SCRAM without channel binding (RFC 5802 §3, RFC 7677), as base64 in and out. Salted passwords are kept for the life of the
/// process, since thousands of log-ins would otherwise measure the client's own key derivation.
/// </summary>
/// <param name="user">Local part; no comma or equals sign.</param>
internal sealed class ScramClient(ScramHash hash, string user, string password)
{
    private const int MaxKept = 200_000;

    private static readonly ConcurrentDictionary<(ScramHash, string Password, string SaltAndRounds), byte[]> s_salted = new();

    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(15));
    private byte[]? _serverSignature;

    private HashAlgorithmName Name => hash is ScramHash.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;

    private string Bare => $"n={user},r={_nonce}";

    public string First() => Convert.ToBase64String(Encoding.UTF8.GetBytes("n,," + Bare));

    /// <summary>The final message for a challenge.</summary>
    /// <exception cref="IOException">The challenge is none.</exception>
    public string Final(string challenge)
    {
        var first = Encoding.UTF8.GetString(Convert.FromBase64String(challenge));
        var fields = first.Split(',');
        if (fields is not [['r', '=', .. var nonce], ['s', '=', .. var salt], ['i', '=', .. var rounds], ..])
        {
            throw new IOException("the server's challenge is not SCRAM");
        }

        var salted = Salted(salt, int.Parse(rounds, CultureInfo.InvariantCulture));
        var withoutProof = $"c=biws,r={nonce}";
        var signed = Encoding.UTF8.GetBytes($"{Bare},{first},{withoutProof}");
        var proof = CryptographicOperations.HmacData(Name, salted, "Client Key"u8);
        var signature = CryptographicOperations.HmacData(Name, CryptographicOperations.HashData(Name, proof), signed);
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= signature[i];
        }

        _serverSignature = CryptographicOperations.HmacData(Name, CryptographicOperations.HmacData(Name, salted, "Server Key"u8), signed);
        return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"));
    }

    /// <summary>Whether the server proved that it knows the account too.</summary>
    public bool IsServer(string success) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(success)) is ['v', '=', .. var signature]
        && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(signature), _serverSignature);

    private byte[] Salted(string salt, int rounds)
    {
        if (s_salted.Count >= MaxKept)
        {
            s_salted.Clear();
        }

        var length = hash is ScramHash.Sha1 ? SHA1.HashSizeInBytes : SHA256.HashSizeInBytes;
        return s_salted.GetOrAdd(
            (hash, password, $"{salt},{rounds}"), _ => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), Convert.FromBase64String(salt), rounds, Name, length));
    }
}

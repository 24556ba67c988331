using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Sasl;

namespace Presence.Protocol.Tests.Sasl;

/// <summary>
/// The other side of an exchange, written from the RFC without any of the server's code, so that the two check each other.
/// </summary>
internal sealed class ScramClient(ScramHash hash, string username, string password, string nonce, string gs2 = "n,,", byte[]? binding = null)
{
    private byte[] _salted = [];
    private string _signed = string.Empty;

    public string FirstBare => $"n={username.Replace("=", "=3D").Replace(",", "=2C")},r={nonce}";

    public byte[] First => Encoding.UTF8.GetBytes(gs2 + FirstBare);

    private HashAlgorithmName Name => hash is ScramHash.Sha1 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256;

    public byte[] Final(byte[] serverFirst, string extension = "")
    {
        var text = Encoding.UTF8.GetString(serverFirst);
        var fields = text.Split(',').ToDictionary(f => f[0], f => f[2..]);
        var length = hash is ScramHash.Sha1 ? 20 : 32;
        _salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(fields['s']), int.Parse(fields['i'], null), Name, length);
        var channel = Convert.ToBase64String([.. Encoding.UTF8.GetBytes(gs2), .. binding ?? []]);
        var withoutProof = $"c={channel},r={fields['r']}{extension}";
        _signed = $"{FirstBare},{text},{withoutProof}";
        var clientKey = Hmac(_salted, "Client Key");
        var signature = Hmac(CryptographicOperations.HashData(Name, clientKey), _signed);
        var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    public bool Trusts(byte[] serverFinal) =>
        Encoding.UTF8.GetString(serverFinal) == "v=" + Convert.ToBase64String(Hmac(Hmac(_salted, "Server Key"), _signed));

    private byte[] Hmac(byte[] key, string text) => CryptographicOperations.HmacData(Name, key, Encoding.UTF8.GetBytes(text));
}

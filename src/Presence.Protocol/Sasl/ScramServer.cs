using System.Security.Cryptography;
using System.Text;
using Presence.Protocol.Addressing;

namespace Presence.Protocol.Sasl;

/// <summary>
/// The server's side of one SCRAM exchange (RFC 5802, RFC 7677), with channel binding for the mechanisms ending in -PLUS.
/// It costs a few HMACs, no key derivation; it must never tell an unknown user from a wrong password, nor answer a second
/// attempt: each exchange has its own instance.
/// </summary>
/// <param name="mechanism">One of the four SCRAM mechanisms.</param>
/// <param name="domain">The prepared domain of the stream.</param>
/// <param name="nonce">Printable ASCII without commas holding at least 128 random bits; the caller owns the randomness.</param>
/// <param name="bindings">What this connection can be bound to.</param>
/// <param name="plusOffered">Whether a -PLUS mechanism was offered on this stream; decides what the flag 'y' means.</param>
/// <param name="decoy">Keys for users who do not exist.</param>
public sealed class ScramServer(
    SaslMechanism mechanism, string domain, string nonce, ChannelBindings bindings, bool plusOffered, ScramDecoy decoy)
{
    private readonly ScramHash _hash = SaslMechanisms.HashOf(mechanism)
        ?? throw new ArgumentException("Not a SCRAM mechanism", nameof(mechanism));

    private readonly string _nonce = ScramClientFirst.IsNonce(nonce) ? nonce : throw new ArgumentException("Not a nonce", nameof(nonce));

    private State _state = State.First;
    private string _username = string.Empty;
    private string _fullNonce = string.Empty;
    private string _clientFirstBare = string.Empty;
    private string _serverFirst = string.Empty;
    private byte[] _expectedBinding = [];
    private ScramKeys? _keys;
    private bool _exists;

    private enum State
    {
        First,
        Keys,
        Final,
        Over,
    }

    /// <summary>
    /// Takes the client's first message. Answers <see cref="SaslStep.NeedsKeys"/>, or a failure: <c>malformed-request</c>,
    /// <c>invalid-authzid</c>, or <c>not-authorized</c> for an unusable binding, a suspected downgrade or what can be no username.
    /// </summary>
    public SaslStep Begin(ReadOnlySpan<byte> clientFirst)
    {
        if (_state is not State.First || !ScramClientFirst.TryParse(clientFirst, out var first))
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        // The flag and the name of the mechanism must agree (RFC 5802 §6).
        if ((first.Flag == 'p') != SaslMechanisms.IsPlus(mechanism))
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        // 'y' claims that we offered no binding. If we did, somebody has taken it off our list.
        var binding = first.BindingType is null ? [] : bindings.Find(first.BindingType);
        if (binding is null || (first.Flag == 'y' && plusOffered) || !Jid.TryPrepareLocal(first.Username, out var username))
        {
            return Fail(SaslCondition.NotAuthorized);
        }

        if (!Authorization.IsOwn(first.Authzid, username, domain))
        {
            return Fail(SaslCondition.InvalidAuthzid);
        }

        _username = username;
        _fullNonce = first.Nonce + _nonce;
        _clientFirstBare = first.Bare;
        _expectedBinding = [.. Encoding.UTF8.GetBytes(first.Gs2Header), .. binding];
        _state = State.Keys;
        return new SaslStep.NeedsKeys(username);
    }

    /// <summary>
    /// Takes what the caller found; null for a user who does not exist, who then gets a challenge like anybody else.
    /// Answers <see cref="SaslStep.Challenge"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No keys were asked for: a bug of the caller.</exception>
    public SaslStep Supply(ScramKeys? keys)
    {
        if (_state is not State.Keys)
        {
            throw new InvalidOperationException("No keys were asked for");
        }

        // Made for real users too, so that both take the same time.
        var decoyKeys = decoy.KeysFor(_username);
        _exists = keys is not null;
        _keys = keys ?? decoyKeys;
        _serverFirst = $"r={_fullNonce},s={Convert.ToBase64String(_keys.Salt)},i={_keys.Iterations}";
        _state = State.Final;
        return new SaslStep.Challenge(Encoding.UTF8.GetBytes(_serverFirst));
    }

    /// <summary>
    /// Takes the client's last message. Answers <see cref="SaslStep.Success"/> with the server's own proof, or a failure:
    /// <c>malformed-request</c> for broken grammar, else <c>not-authorized</c>.
    /// </summary>
    public SaslStep Finish(ReadOnlySpan<byte> clientFinal)
    {
        if (_state is not State.Final || _keys is null || !ScramClientFirst.TryText(clientFinal, out var text))
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        // The proof is the last field, and everything before it is signed.
        var proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        var fields = proofAt < 0 ? [] : text[..proofAt].Split(',');
        if (fields.Length < 2
            || !fields[0].StartsWith("c=", StringComparison.Ordinal)
            || !StrictBase64.TryDecode(fields[0].AsSpan(2), out var channel)
            || !fields[1].StartsWith("r=", StringComparison.Ordinal)
            || !fields.Skip(2).All(ScramClientFirst.IsExtension)
            || !StrictBase64.TryDecode(text.AsSpan(proofAt + 3), out var proof))
        {
            return Fail(SaslCondition.MalformedRequest);
        }

        var signed = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{text[..proofAt]}");
        var accepted = CryptographicOperations.FixedTimeEquals(channel, _expectedBinding)
            & string.Equals(fields[1][2..], _fullNonce, StringComparison.Ordinal)
            & ProofHolds(_keys.StoredKey(_hash), signed, proof)
            & _exists;
        if (!accepted)
        {
            return Fail(SaslCondition.NotAuthorized);
        }

        _state = State.Over;
        var signature = ScramHashing.Hmac(_hash, _keys.ServerKey(_hash), signed);
        return new SaslStep.Success(_username, Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(signature)}"));
    }

    // ClientKey = ClientProof XOR HMAC(StoredKey, AuthMessage), and its hash must be the stored key (RFC 5802 §3).
    private bool ProofHolds(byte[] storedKey, byte[] signed, byte[] proof)
    {
        if (storedKey.Length == 0 || proof.Length != storedKey.Length)
        {
            return false;
        }

        var clientKey = ScramHashing.Hmac(_hash, storedKey, signed);
        for (var i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        var holds = CryptographicOperations.FixedTimeEquals(ScramHashing.Hash(_hash, clientKey), storedKey);
        CryptographicOperations.ZeroMemory(clientKey);
        return holds;
    }

    private SaslStep.Failed Fail(SaslCondition condition)
    {
        _state = State.Over;
        return new SaslStep.Failed(condition);
    }
}

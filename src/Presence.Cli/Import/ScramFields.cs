using System.Diagnostics.CodeAnalysis;
using Presence.Node.Transfer;

namespace Presence.Cli.Import;

/// <summary>The keys of one SCRAM mechanism as files have them. A value only.</summary>
internal sealed record ScramFields(byte[]? Salt, int Iterations, byte[]? StoredKey, byte[]? ServerKey)
{
    private bool IsWhole => Salt is { Length: > 0 } && StoredKey is { Length: > 0 } && ServerKey is { Length: > 0 };

    /// <summary>
    /// One salt serves both hashes of an account. Where a file has two, the keys for SCRAM-SHA-1 are taken: that is the one every client knows.
    /// </summary>
    public static bool TryJoin(ScramFields? sha1, ScramFields? sha256, [NotNullWhen(true)] out KeysRecord? keys)
    {
        keys = null;
        if ((sha1 ?? sha256) is not { IsWhole: true } first || sha256 is { IsWhole: false })
        {
            return false;
        }

        var alike = sha256 is not null && sha256.Iterations == first.Iterations && sha256.Salt.AsSpan().SequenceEqual(first.Salt);
        keys = new KeysRecord(first.Salt!, first.Iterations, sha1?.StoredKey, sha1?.ServerKey, alike ? sha256!.StoredKey : null, alike ? sha256!.ServerKey : null);
        return true;
    }
}

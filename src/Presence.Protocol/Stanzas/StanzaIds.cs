using System.Buffers.Binary;
using System.Globalization;

namespace Presence.Protocol.Stanzas;

/// <summary>
/// Turns message ids into the opaque ids clients see (XEP-0359, XEP-0313) and back: a keyed permutation of 64 bits, so that an id tells neither
/// time nor traffic, needs no table, and is the same in a resend, a carbon, an archive page and a push.
/// </summary>
/// <remarks>Four Feistel rounds over 32-bit halves. It hides, it does not authenticate: a guessed id is just an id that is not found.</remarks>
public sealed class StanzaIds
{
    private readonly ulong[] _keys = new ulong[4];

    /// <param name="secret">At least 16 bytes, made with the store.</param>
    public StanzaIds(ReadOnlySpan<byte> secret)
    {
        var a = BinaryPrimitives.ReadUInt64LittleEndian(secret);
        var b = BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]);
        for (var i = 0; i < _keys.Length; i++)
        {
            a = Mix(a + 0x9E3779B97F4A7C15UL * (ulong)(i + 1));
            _keys[i] = a ^ Mix(b + (ulong)i);
        }
    }

    public string Encode(long id)
    {
        var (left, right) = ((uint)((ulong)id >> 32), (uint)id);
        foreach (var key in _keys)
        {
            (left, right) = (right, left ^ Round(right, key));
        }

        return (((ulong)left << 32) | right).ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <summary>False for anything that is not 16 hexadecimal digits or does not decode to a possible id.</summary>
    public bool TryDecode(string? text, out long id)
    {
        id = 0;
        if (text is not { Length: 16 } || !ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        var (left, right) = ((uint)(value >> 32), (uint)value);
        for (var i = _keys.Length - 1; i >= 0; i--)
        {
            (left, right) = (right ^ Round(left, _keys[i]), left);
        }

        id = (long)(((ulong)left << 32) | right);
        return id >= 0;
    }

    private static uint Round(uint half, ulong key) => (uint)(Mix(half + key) >> 29);

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }
}

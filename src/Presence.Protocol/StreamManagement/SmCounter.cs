using System.Globalization;

namespace Presence.Protocol.StreamManagement;

/// <summary>
/// A stanza count of stream management: 64 bits inside, of which the low 32 go over the wire (XEP-0198 §4). It must
/// never be compared on the wire form alone, which wraps.
/// </summary>
public readonly record struct SmCounter(ulong Value) : IComparable<SmCounter>
{
    /// <summary>What stands in an <c>h</c> attribute.</summary>
    public uint Wire => (uint)Value;

    /// <summary>
    /// The count that a peer means by <paramref name="wire"/>: of all counts with these low 32 bits, the one nearest to
    /// <paramref name="reference"/> (serial number arithmetic, RFC 1982).
    /// </summary>
    /// <returns>Within 2^31 of the reference; never below zero, for a count below zero is none: then the next higher one.</returns>
    public static SmCounter FromWire(uint wire, SmCounter reference)
    {
        var distance = unchecked((int)(wire - reference.Wire));
        if (distance < 0 && (ulong)-(long)distance > reference.Value)
        {
            return new SmCounter(wire);
        }

        return new SmCounter(unchecked(reference.Value + (ulong)(long)distance));
    }

    /// <summary>Reads an <c>h</c> attribute: decimal digits, 0 to 2^32-1 (XEP-0198 §4).</summary>
    public static bool TryParseWire(string? text, out uint wire) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out wire);

    public SmCounter Next() => new(Value + 1);

    public int CompareTo(SmCounter other) => Value.CompareTo(other.Value);

    public static bool operator <(SmCounter left, SmCounter right) => left.Value < right.Value;

    public static bool operator >(SmCounter left, SmCounter right) => left.Value > right.Value;

    public static bool operator <=(SmCounter left, SmCounter right) => left.Value <= right.Value;

    public static bool operator >=(SmCounter left, SmCounter right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

using System.Buffers;

namespace Presence.Protocol.Xml;

/// <summary>
/// Walks over the attributes of a start tag that has been checked before, for readers and splicers of stanza bytes. It
/// must never be given bytes from outside: it looks for quotes and nothing else.
/// </summary>
internal ref struct StartTagReader
{
    private static readonly SearchValues<byte> NameStops = SearchValues.Create(" \t\r\n/>="u8);

    private readonly ReadOnlySpan<byte> _data;
    private int _position;

    /// <param name="data">Begins with the <c>&lt;</c> of the tag.</param>
    public StartTagReader(ReadOnlySpan<byte> data)
    {
        _data = data;
        NameEnd = 1 + Math.Max(data[1..].IndexOfAny(NameStops), 0);
        _position = NameEnd;
    }

    /// <summary>Offset behind the element's name.</summary>
    public int NameEnd { get; }

    /// <summary>Offset of the current attribute's name.</summary>
    public int Start { get; private set; }

    /// <summary>Offset behind the current attribute's closing quote.</summary>
    public int End { get; private set; }

    /// <summary>The current attribute's name, prefix included.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The current attribute's value, still escaped.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Moves to the next attribute; <c>false</c> at the end of the tag.</summary>
    public bool MoveNext()
    {
        var rest = _data[_position..];
        var skip = rest.IndexOfAnyExcept(" \t\r\n"u8);
        if (skip < 0 || rest[skip] is (byte)'>' or (byte)'/')
        {
            _position += Math.Max(skip, 0);
            return false;
        }

        Start = _position + skip;
        var quote = _data[Start..].IndexOfAny((byte)'\'', (byte)'"');
        if (quote < 0)
        {
            return false;
        }

        var valueStart = Start + quote + 1;
        var length = _data[valueStart..].IndexOf(_data[valueStart - 1]);
        if (length < 0)
        {
            return false;
        }

        var name = _data.Slice(Start, quote);
        Name = name[..name.IndexOfAny(NameStops)];
        Value = _data.Slice(valueStart, length);
        _position = End = valueStart + length + 1;
        return true;
    }

    /// <summary>Offset behind the tag's <c>&gt;</c>; -1 if it has none. Skips the attributes not yet read.</summary>
    public int FindEnd()
    {
        while (MoveNext())
        {
        }

        var end = _data[_position..].IndexOf((byte)'>');
        return end < 0 ? -1 : _position + end + 1;
    }

    /// <summary>The current attribute's value as UTF-8, escapes resolved.</summary>
    public readonly ReadOnlySpan<byte> DecodedValue =>
        XmlDecoder.NeedsDecoding(Value, isValue: true) ? XmlDecoder.ToValueBytes(Value) : Value;

    /// <summary>Finds an attribute by its name as written; the value comes with escapes resolved.</summary>
    public static bool TryFind(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var reader = new StartTagReader(data);
        while (reader.MoveNext())
        {
            if (reader.Name.SequenceEqual(name))
            {
                value = reader.DecodedValue;
                return true;
            }
        }

        value = default;
        return false;
    }
}

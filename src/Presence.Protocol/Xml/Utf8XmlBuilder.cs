using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Presence.Protocol.Xml;

/// <summary>
/// Writes XML as UTF-8 into one growing pooled buffer, escaping what must be escaped. It must never check namespaces
/// or validity: names are the caller's constants, only values and text come from outside.
/// </summary>
/// <remarks>
/// Not thread-safe; dispose it to give the buffer back. Characters that XML 1.0 does not allow become U+FFFD, so the
/// output is well-formed whatever the input.
/// </remarks>
public sealed class Utf8XmlBuilder : IDisposable
{
    private const int StackBytes = 256;

    private byte[] _buffer;
    private int _length;
    private bool _tagOpen;
    private (int Start, int Length)[] _names = new (int, int)[8];
    private int _depth;

    /// <param name="capacity">Bytes to begin with; the buffer grows as needed.</param>
    public Utf8XmlBuilder(int capacity = 512) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written so far; an open start tag is without its <c>&gt;</c> until something follows it.</summary>
    public int Length => _length;

    /// <summary>Bytes that fit into the present buffer.</summary>
    internal int Capacity => _buffer.Length;

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _length);

    /// <summary>Opens an element in the namespace around it.</summary>
    public Utf8XmlBuilder Open(string name)
    {
        BeginTag();
        return PushName(WriteChars(name));
    }

    /// <summary>Opens an element with its own default namespace declaration.</summary>
    public Utf8XmlBuilder Open(string name, string ns) => Open(name).Attr("xmlns", ns);

    /// <inheritdoc cref="Open(string)"/>
    public Utf8XmlBuilder Open(ReadOnlySpan<byte> name)
    {
        BeginTag();
        Write(name);
        return PushName(name.Length);
    }

    /// <inheritdoc cref="Open(string, string)"/>
    public Utf8XmlBuilder Open(ReadOnlySpan<byte> name, ReadOnlySpan<byte> ns) => Open(name).Attr("xmlns"u8, ns);

    /// <summary>Adds an attribute to the start tag just opened; nothing if <paramref name="value"/> is <c>null</c>.</summary>
    /// <exception cref="InvalidOperationException">No start tag is open.</exception>
    public Utf8XmlBuilder Attr(string name, string? value)
    {
        if (value is null)
        {
            return this;
        }

        BeginAttribute();
        WriteChars(name);
        Write("='"u8);
        EscapeChars(value, XmlEscapes.InValue);
        Write("'"u8);
        return this;
    }

    /// <inheritdoc cref="Attr(string, string?)"/>
    public Utf8XmlBuilder Attr(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        BeginAttribute();
        Write(name);
        Write("='"u8);
        Escape(value, XmlEscapes.InValue);
        Write("'"u8);
        return this;
    }

    /// <summary>Adds an attribute with a number in decimal digits.</summary>
    public Utf8XmlBuilder Attr(string name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        BeginAttribute();
        WriteChars(name);
        Write("='"u8);
        Write(digits[..written]);
        Write("'"u8);
        return this;
    }

    /// <summary>Adds an attribute that is XML already, name, quotes and all.</summary>
    internal Utf8XmlBuilder RawAttribute(ReadOnlySpan<byte> attribute)
    {
        BeginAttribute();
        Write(attribute);
        return this;
    }

    /// <summary>Adds text; nothing if it is <c>null</c>.</summary>
    public Utf8XmlBuilder Text(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            EndTag();
            EscapeChars(text, XmlEscapes.InText);
        }

        return this;
    }

    /// <inheritdoc cref="Text(string?)"/>
    public Utf8XmlBuilder Text(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.IsEmpty)
        {
            EndTag();
            Escape(utf8, XmlEscapes.InText);
        }

        return this;
    }

    /// <summary>Closes the innermost open element, as an empty-element tag if nothing was put into it.</summary>
    /// <exception cref="InvalidOperationException">No element is open.</exception>
    public Utf8XmlBuilder Close()
    {
        if (_depth == 0)
        {
            throw new InvalidOperationException("No element is open.");
        }

        var (start, length) = _names[--_depth];
        if (_tagOpen)
        {
            _tagOpen = false;
            Write("/>"u8);
            return this;
        }

        Write("</"u8);
        Reserve(length);
        _buffer.AsSpan(start, length).CopyTo(_buffer.AsSpan(_length));
        _length += length;
        Write(">"u8);
        return this;
    }

    /// <summary>Closes every element still open.</summary>
    public Utf8XmlBuilder CloseAll()
    {
        while (_depth > 0)
        {
            Close();
        }

        return this;
    }

    /// <summary>Opens and closes an empty element.</summary>
    public Utf8XmlBuilder Empty(string name) => Open(name).Close();

    /// <summary>Opens and closes an empty element with its own namespace.</summary>
    public Utf8XmlBuilder Empty(string name, string ns) => Open(name, ns).Close();

    /// <summary>Adds bytes that are XML already, unchecked.</summary>
    public Utf8XmlBuilder Raw(ReadOnlySpan<byte> xml)
    {
        if (!xml.IsEmpty)
        {
            EndTag();
            Write(xml);
        }

        return this;
    }

    /// <summary>Ends the open start tag and leaves its element open: for the stream header.</summary>
    public Utf8XmlBuilder EndTag()
    {
        if (_tagOpen)
        {
            _tagOpen = false;
            Write(">"u8);
        }

        return this;
    }

    /// <summary>A copy of what was written, of exactly its size.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear()
    {
        _length = _depth = 0;
        _tagOpen = false;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        Clear();
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void BeginTag()
    {
        EndTag();
        Write("<"u8);
    }

    private Utf8XmlBuilder PushName(int length)
    {
        if (_depth == _names.Length)
        {
            Array.Resize(ref _names, _depth * 2);
        }

        _names[_depth++] = (_length - length, length);
        _tagOpen = true;
        return this;
    }

    private void BeginAttribute()
    {
        if (!_tagOpen)
        {
            throw new InvalidOperationException("No start tag is open.");
        }

        Write(" "u8);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private int WriteChars(string chars)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(chars.Length));
        var written = Encoding.UTF8.GetBytes(chars, _buffer.AsSpan(_length));
        _length += written;
        return written;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + bytes));
            WrittenSpan.CopyTo(larger);
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }
    }

    private void EscapeChars(string text, SearchValues<byte> escapes)
    {
        // Unpaired surrogates become U+FFFD in the encoding.
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = size > StackBytes ? ArrayPool<byte>.Shared.Rent(size) : null;
        var utf8 = rented ?? stackalloc byte[StackBytes];
        EscapeValid(utf8[..Encoding.UTF8.GetBytes(text, utf8)], escapes);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Escape(ReadOnlySpan<byte> utf8, SearchValues<byte> escapes)
    {
        if (Utf8.IsValid(utf8))
        {
            EscapeValid(utf8, escapes);
        }
        else
        {
            EscapeChars(Encoding.UTF8.GetString(utf8), escapes);
        }
    }

    private void EscapeValid(ReadOnlySpan<byte> utf8, SearchValues<byte> escapes)
    {
        for (var stop = utf8.IndexOfAny(escapes); stop >= 0; stop = utf8.IndexOfAny(escapes))
        {
            Write(utf8[..stop]);
            utf8 = utf8[stop..];
            Write(XmlEscapes.Replace(utf8, out var length));
            utf8 = utf8[length..];
        }

        Write(utf8);
    }
}

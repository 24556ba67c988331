using System.Buffers;

namespace Presence.Protocol.Streams;

/// <summary>
/// Keeps the beginning of an element whose end has not arrived, in one pooled buffer. It must never hold more than the
/// limit it is given, and holds nothing between elements.
/// </summary>
internal sealed class PartialElement
{
    private const int FirstSize = 1024;

    private byte[] _buffer = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, Length);

    /// <summary>Adds as much of the input as the limit allows; what follows it stays with the caller.</summary>
    public void Append(ReadOnlySpan<byte> input, int limit)
    {
        var count = Math.Min(input.Length, limit - Length);
        if (_buffer.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(_buffer.Length * 2, Math.Max(Length + count, FirstSize), Math.Max(limit, FirstSize)));
            Span.CopyTo(larger);
            Release();
            _buffer = larger;
        }

        input[..count].CopyTo(_buffer.AsSpan(Length));
        Length += count;
    }

    /// <summary>Forgets the content and gives the buffer back.</summary>
    public void Clear()
    {
        Length = 0;
        Release();
        _buffer = [];
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}

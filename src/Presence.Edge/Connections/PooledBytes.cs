using System.Buffers;

namespace Presence.Edge.Connections;

/// <summary>
/// A growing buffer rented only while it holds something. A mutable value: whoever copies it moves it, and must never go on using the old one.
/// </summary>
internal struct PooledBytes
{
    private const int Smallest = 1024;

    private byte[]? _array;

    public int Length { get; private set; }

    public readonly ReadOnlyMemory<byte> Memory => _array.AsMemory(0, Length);

    public void Reserve(int more)
    {
        var needed = checked(Length + more);
        if (needed == 0 || (_array is not null && _array.Length >= needed))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, Smallest), Length * 2));
        if (_array is not null)
        {
            _array.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_array);
        }

        _array = larger;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_array.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Release()
    {
        if (_array is not null)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = null;
        }

        Length = 0;
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;

namespace Presence.Edge.Listening;

/// <summary>
/// Whether a client offers TLS 1.3 (RFC 8446 §4.2.1), seen in its first message without taking it from the socket. It only guides a choice that is right
/// either way and must never decide what is allowed.
/// </summary>
internal static class OfferedVersions
{
    private const int RecordHeader = 5, HandshakeHeader = 4, VersionAndRandom = 2 + 32;
    private const int SupportedVersions = 43;
    private const ushort Tls13 = 0x0304;

    // The extension stands before the key shares, which are what makes a first message long.
    private const int Enough = 2048;

    /// <summary>Waits for the first bytes. False: it does not offer it, or its message is in pieces.</summary>
    public static async ValueTask<bool> IncludeTls13Async(NetworkStream stream)
    {
        await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
        return Peek(stream.Socket);
    }

    public static bool IncludeTls13(ReadOnlySpan<byte> hello)
    {
        if (hello.Length < RecordHeader + HandshakeHeader || hello[0] != 22 || hello[RecordHeader] != 1)
        {
            return false;
        }

        var rest = hello[(RecordHeader + HandshakeHeader)..];
        if (!TrySkip(ref rest, VersionAndRandom) || !TryTake(ref rest, 1, out _) || !TryTake(ref rest, 2, out _) || !TryTake(ref rest, 1, out _)
            || !TrySkip(ref rest, 2))
        {
            return false;
        }

        while (rest.Length >= 2)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
            if (!TryTake(ref rest, 2, out var extension))
            {
                return false;
            }

            if (type == SupportedVersions)
            {
                return TryTake(ref extension, 1, out var versions) && Contains(versions);
            }
        }

        return false;
    }

    private static bool Peek(Socket socket)
    {
        Span<byte> hello = stackalloc byte[Enough];
        var count = socket.Receive(hello, SocketFlags.Peek);
        return IncludeTls13(hello[..count]);
    }

    private static bool Contains(ReadOnlySpan<byte> versions)
    {
        for (var at = 0; at + 2 <= versions.Length; at += 2)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(versions[at..]) == Tls13)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, int count)
    {
        var there = rest.Length >= count;
        rest = there ? rest[count..] : default;
        return there;
    }

    // A vector with its length before it, in one byte or two.
    private static bool TryTake(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < lengthBytes + length)
        {
            return false;
        }

        vector = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}

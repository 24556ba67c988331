using System.Buffers.Binary;
using System.Net;

namespace Presence.Edge.Listening;

/// <summary>
/// What a proxy says before the client's first byte: version 2 of the PROXY protocol (haproxy's proxy-protocol.txt, section 2.2). It reads bytes that are there
/// already and must never decide who may say so; additional fields (TLVs) are passed over, as section 2.2 allows.
/// </summary>
internal readonly struct ProxyHeader
{
    /// <summary>Bytes of the part that every header begins with.</summary>
    public const int FixedBytes = 16;

    /// <summary>Addresses need at most 216 bytes; the rest is room for additional fields.</summary>
    public const int MaxFollowingBytes = 4096;

    private const int Ipv4Block = 12, Ipv6Block = 36;
    private const byte Version = 0x20, Local = 0, Relayed = 1;
    private const byte HighestFamily = 3, HighestTransport = 2;
    private const byte Tcp4 = 0x11, Tcp6 = 0x21;

    private readonly byte _family;

    private ProxyHeader(int followingBytes, byte family) => (FollowingBytes, _family) = (followingBytes, family);

    /// <summary>How much of the header comes after the part of fixed length; 0 to <see cref="MaxFollowingBytes"/>.</summary>
    public int FollowingBytes { get; }

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    private static ReadOnlySpan<byte> SignatureOfVersion1 => "PROXY "u8;

    /// <summary>Whether somebody sends a header, of either version, as his first bytes; he may have sent only some of them yet.</summary>
    public static bool IsLikely(ReadOnlySpan<byte> first) => first.StartsWith(Signature) || first.StartsWith(SignatureOfVersion1);

    /// <summary>Reads the first <see cref="FixedBytes"/> bytes.</summary>
    /// <param name="fault">What is wrong with them, in words for an operator; null when they can be used.</param>
    public static bool TryRead(ReadOnlySpan<byte> first, out ProxyHeader header, out string? fault)
    {
        header = default;
        var following = BinaryPrimitives.ReadUInt16BigEndian(first[14..FixedBytes]);
        var (version, command, family) = (first[12] & 0xF0, (byte)(first[12] & 0x0F), first[13]);
        fault = first switch
        {
            _ when first.StartsWith(SignatureOfVersion1) => "it is of version 1",
            _ when !first.StartsWith(Signature) => "it does not begin with the signature",
            _ when version != Version => $"it is of version {version >> 4}",
            _ when command > Relayed => $"it has the unknown command {command}",
            _ when following > MaxFollowingBytes => $"it is {following} bytes long, and {MaxFollowingBytes} are allowed",
            _ => command == Local ? null : FaultOf(family, following),
        };
        header = new ProxyHeader(following, command == Local ? (byte)0 : family);
        return fault is null;
    }

    /// <summary>Whom the connection is from, by the bytes that follow the fixed part.</summary>
    /// <returns>Null: nothing that replaces the address of who connected, which is so for the proxy's own checks (LOCAL) and for families without IP addresses.</returns>
    public IPEndPoint? Client(ReadOnlySpan<byte> following) => _family switch
    {
        Tcp4 => EndPoint(following[..4], following[8..]),
        Tcp6 => EndPoint(following[..16], following[32..]),
        _ => null,
    };

    private static string? FaultOf(byte family, int following) => family switch
    {
        _ when family >> 4 > HighestFamily || (family & 0x0F) > HighestTransport => $"it has the unknown family {family:X2}",
        Tcp4 when following < Ipv4Block => "it is too short for IPv4 addresses",
        Tcp6 when following < Ipv6Block => "it is too short for IPv6 addresses",
        _ => null,
    };

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        new(AddressKey.Plain(new IPAddress(address)), BinaryPrimitives.ReadUInt16BigEndian(port));
}

using System.Buffers.Binary;
using System.Net;

namespace Presence.Edge.Tests.Harness;

/// <summary>Headers of the PROXY protocol version 2, written by hand from its specification.</summary>
internal static class ProxyBytes
{
    public const byte Proxy = 0x21, Local = 0x20;
    public const byte Unspecified = 0x00, Tcp4 = 0x11, Tcp6 = 0x21, Unix = 0x31;

    public static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>As a proxy writes it for a TCP connection.</summary>
    /// <param name="source">"address:port", "[address]:port".</param>
    /// <param name="fields">Additional fields (TLVs) behind the addresses.</param>
    public static byte[] From(string source, params byte[] fields)
    {
        var client = IPEndPoint.Parse(source);
        var address = client.Address.GetAddressBytes();
        return Header(Proxy, address.Length == 4 ? Tcp4 : Tcp6, [.. address, .. new byte[address.Length], .. Two(client.Port), .. Two(5222), .. fields]);
    }

    public static byte[] Header(byte versionAndCommand, byte family, byte[] following) =>
        [.. Signature, versionAndCommand, family, .. Two(following.Length), .. following];

    private static byte[] Two(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}

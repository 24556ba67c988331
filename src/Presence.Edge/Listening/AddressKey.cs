using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Presence.Edge.Listening;

/// <summary>
/// What counts as one peer for limits: an IPv4 address, or the /64 of an IPv6 address, since one customer has all of that. It must never be
/// used as an address to connect to.
/// </summary>
internal readonly record struct AddressKey(ulong Network, bool IsV6)
{
    public static AddressKey Of(IPAddress address)
    {
        address = Plain(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
            : new AddressKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), true);
    }

    /// <summary>An IPv4 address that came as an IPv6 one (::ffff:192.0.2.1), which is how sockets for both families tell it, as itself.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

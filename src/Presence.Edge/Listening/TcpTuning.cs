using System.Buffers.Binary;
using System.Net.Sockets;

namespace Presence.Edge.Listening;

/// <summary>Socket options every client connection gets. It must never fail a connection: what the platform lacks is left out.</summary>
internal static class TcpTuning
{
    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <param name="unacknowledged">How long sent bytes may go without a TCP acknowledgement before the kernel gives the connection up.</param>
    public static void Apply(Socket socket, TimeSpan unacknowledged)
    {
        try
        {
            // Stanzas are collected in our own buffer; what is handed to TCP is meant to go now.
            socket.NoDelay = true;
            if (OperatingSystem.IsLinux() && unacknowledged > TimeSpan.Zero)
            {
                // Without it a phone that vanished is noticed a quarter of an hour after the first byte sent to it (RFC 5482).
                Span<byte> value = stackalloc byte[sizeof(int)];
                BinaryPrimitives.WriteInt32LittleEndian(value, (int)Math.Min(unacknowledged.TotalMilliseconds, int.MaxValue));
                socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, value);
            }
        }
        catch (SocketException)
        {
            // The peer is gone already, which the first read will tell.
        }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Presence.Edge.Tests.Harness;

/// <summary>
/// The first message of a TLS 1.2 handshake (RFC 5246 §7.4.1.2) written by hand, and what the server says to it: what a local TLS library would refuse to
/// offer can be offered too.
/// </summary>
internal static class ClientHello
{
    public const ushort Tls10 = 0x0301, Tls11 = 0x0302, Tls12 = 0x0303;

    /// <summary>"suite XXXX" for a ServerHello that takes one, "alert N" for a refusal, "closed" for neither.</summary>
    public static Task<string> OfferAsync(IPEndPoint port, ushort version, params ushort[] suites) => OfferAsync(port, version, suites, pieces: false);

    /// <param name="pieces">Two writes, which reach the server as two segments.</param>
    public static async Task<string> OfferAsync(IPEndPoint port, ushort version, ushort[] suites, bool pieces)
    {
        using var tcp = new TcpClient(port.AddressFamily);
        await tcp.ConnectAsync(port);
        var stream = tcp.GetStream();
        var hello = Write(version, suites);
        tcp.NoDelay = true;
        await stream.WriteAsync(hello.AsMemory(0, pieces ? 20 : hello.Length));
        await stream.WriteAsync(hello.AsMemory(pieces ? 20 : hello.Length));
        var record = new byte[5];
        try
        {
            await stream.ReadExactlyAsync(record).AsTask().WaitAsync(TestEdge.Patience);
            var body = new byte[BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(3))];
            await stream.ReadExactlyAsync(body).AsTask().WaitAsync(TestEdge.Patience);
            return record[0] switch
            {
                21 => $"alert {body[1]}",
                // Handshake header, version, random, then the session id before the suite.
                22 when body[0] == 2 => $"suite {BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(4 + 2 + 32 + 1 + body[38])):X4}",
                _ => $"record {record[0]}",
            };
        }
        catch (IOException)
        {
            return "closed";
        }
    }

    private static byte[] Write(ushort version, ushort[] suites)
    {
        byte[] extensions =
        [
            // supported_groups: x25519, P-256, P-384; ec_point_formats: uncompressed
            0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24, 0, 11, 0, 2, 1, 0,
            // signature_algorithms: ECDSA and RSA, PKCS#1 and PSS, with SHA-256, and those of old with SHA-1
            0, 13, 0, 14, 0, 12, 4, 3, 8, 4, 4, 1, 5, 3, 2, 3, 2, 1,
        ];
        byte[] body =
        [
            (byte)(version >> 8), (byte)version, .. new byte[32], 0, .. Two(suites.Length * 2), .. suites.SelectMany(suite => Two(suite)), 1, 0,
            .. Two(extensions.Length), .. extensions,
        ];
        byte[] handshake = [1, 0, .. Two(body.Length), .. body];
        return [22, 3, 1, .. Two(handshake.Length), .. handshake];
    }

    private static byte[] Two(int value) => [(byte)(value >> 8), (byte)value];
}

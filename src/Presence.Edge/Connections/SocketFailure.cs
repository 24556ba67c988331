using System.Net.Sockets;
using System.Security.Authentication;

namespace Presence.Edge.Connections;

/// <summary>Knows the exceptions that mean no more than that a socket, or TLS on it, came to an end. It must never count a defect among them.</summary>
internal static class SocketFailure
{
    public static bool Is(Exception failure) =>
        failure is IOException or SocketException or AuthenticationException or ObjectDisposedException or OperationCanceledException;
}

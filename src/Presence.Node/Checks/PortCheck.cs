using System.Net;
using System.Net.Sockets;

namespace Presence.Node.Checks;

/// <summary>Whether a port answers (a node runs) or is free (none does). It opens a connection or a listener for a moment and sends nothing.</summary>
internal static class PortCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Connects from this machine; says nothing about firewalls further out.</summary>
    public static async Task<CheckResult> AnswersAsync(string name, IPAddress bind, int port, TimeProvider clock, CancellationToken cancellation)
    {
        var target = new IPEndPoint(Reachable(bind), port);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await socket.ConnectAsync(target, either.Token).ConfigureAwait(false);
            return CheckResult.Ok(name, $"port {port} answers on {target.Address}");
        }
        catch (SocketException e)
        {
            return CheckResult.Failed(name, $"port {port} does not answer on {target.Address}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CheckResult.Failed(name, $"port {port} on {target.Address} gave no answer in {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Tries to listen, as a node would.</summary>
    public static CheckResult IsFree(string name, string key, IPAddress bind, int port)
    {
        if (port == 0)
        {
            return CheckResult.Ok(name, "any free port will be taken");
        }

        return TryListen(bind, port, out var reason)
            ? CheckResult.Ok(name, $"port {port} is free")
            : CheckResult.Failed(name, $"port {port}: {reason}; stop who has it ('ss -ltnp sport = :{port}' tells) or set {key}");
    }

    public static bool TryListen(IPAddress bind, int port, out string reason)
    {
        reason = "";
        try
        {
            // As the listeners do: all addresses means both families where there are two.
            var address = bind.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : bind;
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e)
        {
            reason = e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "another program is listening there",
                SocketError.AccessDenied => "this user may not listen there (ports below 1024 need a privilege)",
                SocketError.AddressNotAvailable => $"{bind} is not an address of this machine",
                _ => e.Message,
            };
            return false;
        }
    }

    private static IPAddress Reachable(IPAddress bind) =>
        bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : bind;
}

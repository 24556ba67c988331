using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Presence.Edge.Listening;

namespace Presence.Edge.Connections;

internal sealed partial class ClientConnection
{
    /// <summary>Reads who is behind a trusted proxy, and not one byte more. The time for logging in runs already.</summary>
    /// <returns>False: the connection ends, because what came is no header or the client has too many connections.</returns>
    private async ValueTask<bool> IntroduceAsync()
    {
        var proxy = Remote.Address;
        var (client, fault) = await ReadProxyHeaderAsync().ConfigureAwait(false);
        if (fault is not null)
        {
            LogBadProxyHeader(Edge.ConnectionLog, Id.Value, proxy, fault);
            return false;
        }

        Remote = client ?? Remote;
        var address = AddressKey.Of(Remote.Address);
        if (!Edge.Limits.TryName(address))
        {
            Edge.Metrics.Refused();
            if (Edge.Refusals.Note(out var count))
            {
                LogRefused(Edge.ConnectionLog, Id.Value, Remote.Address, proxy, count);
            }

            return false;
        }

        Address = address;
        return true;
    }

    private async ValueTask<(IPEndPoint? Client, string? Fault)> ReadProxyHeaderAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ProxyHeader.FixedBytes);
        try
        {
            await _plain.ReadExactlyAsync(buffer.AsMemory(0, ProxyHeader.FixedBytes)).ConfigureAwait(false);
            if (!ProxyHeader.TryRead(buffer, out var header, out var fault))
            {
                return (null, fault);
            }

            if (header.FollowingBytes > buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(header.FollowingBytes);
            }

            var following = buffer.AsMemory(0, header.FollowingBytes);
            await _plain.ReadExactlyAsync(following).ConfigureAwait(false);
            return (header.Client(following.Span), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells the operator if the first bytes, which are no good otherwise, are a header of a proxy that is not trusted: whoever is behind it cannot come in.</summary>
    public void TellOfProxy(ReadOnlySpan<byte> first)
    {
        if (ProxyHeader.IsLikely(first))
        {
            LogUntrustedProxy(Edge.ConnectionLog, Id.Value, Remote.Address);
        }
    }

    // Something has come and not been taken yet.
    private void TellOfProxy(Socket socket)
    {
        Span<byte> first = stackalloc byte[ProxyHeader.FixedBytes];
        TellOfProxy(first[..socket.Receive(first, SocketFlags.Peek)]);
    }
}

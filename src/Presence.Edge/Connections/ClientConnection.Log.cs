using System.Net;
using Microsoft.Extensions.Logging;
using Presence.Protocol.Streams;

namespace Presence.Edge.Connections;

internal sealed partial class ClientConnection
{
    [LoggerMessage(10, LogLevel.Debug, "Connection {Id}: socket ended ({Kind}: {Reason})")]
    private static partial void LogSocketEnded(ILogger log, long id, string kind, string reason);

    [LoggerMessage(11, LogLevel.Error, "Connection {Id}: closed by a defect")]
    private static partial void LogDefect(ILogger log, Exception defect, long id);

    [LoggerMessage(12, LogLevel.Information, "Connection {Id}: stream error {Condition}: {Text}")]
    private static partial void LogStreamError(ILogger log, long id, StreamErrorCondition condition, string? text);

    [LoggerMessage(13, LogLevel.Information, "Connection {Id}: cut ({Reason})")]
    private static partial void LogCut(ILogger log, long id, string reason);

    [LoggerMessage(14, LogLevel.Warning, "Connection {Id}: {Who} sends more than Limits:StanzasPerSecond, Limits:BytesPerSecond or the same per user allow; held back")]
    private static partial void LogHeldBack(ILogger log, long id, string who);

    [LoggerMessage(15, LogLevel.Warning,
        "Connection {Id}: {Proxy} stands in Xmpp:ProxyProtocol, but what it sent first is no PROXY protocol header of version 2: {Fault}. Let it send one (haproxy: send-proxy-v2) or take it off the list")]
    private static partial void LogBadProxyHeader(ILogger log, long id, IPAddress proxy, string fault);

    [LoggerMessage(16, LogLevel.Information,
        "Connection {Id}: {Address} sends a PROXY protocol header and does not stand in Xmpp:ProxyProtocol, so nobody behind it can log in. If it is your proxy, add it to the list")]
    private static partial void LogUntrustedProxy(ILogger log, long id, IPAddress address);

    [LoggerMessage(17, LogLevel.Warning, "Connection {Id}: {Address} behind {Proxy} refused: it has as many connections as Limits:ConnectionsPerAddress allows ({Count} refused since this was last logged)")]
    private static partial void LogRefused(ILogger log, long id, IPAddress address, IPAddress proxy, long count);
}

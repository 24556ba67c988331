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
}

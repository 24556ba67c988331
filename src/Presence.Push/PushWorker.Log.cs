using Microsoft.Extensions.Logging;

namespace Presence.Push;

/// <summary>What the worker logs. Ids and outcomes only: never a device address, never anything of a message.</summary>
public sealed partial class PushWorker
{
    [LoggerMessage(EventId = 60, Level = LogLevel.Warning, Message = "No push sink is configured (Push:Sinks): registrations are kept, but no phone will be woken")]
    private partial void LogNoSink();

    [LoggerMessage(EventId = 61, Level = LogLevel.Warning, Message = "Push sink {Gateway} gave no answer in time for push {PushId}, attempt {Attempt}; it will be tried again")]
    private partial void LogTimedOut(string gateway, string pushId, int attempt);

    [LoggerMessage(EventId = 62, Level = LogLevel.Error, Message = "Push sink {Gateway} failed for push {PushId}, attempt {Attempt}; it will be tried again")]
    private partial void LogFailed(string gateway, string pushId, int attempt, Exception e);

    [LoggerMessage(EventId = 63, Level = LogLevel.Error, Message = "The outcome of push {PushId} could not be reported")]
    private partial void LogCallbackFailed(string pushId, Exception e);
}

using System.Globalization;
using Presence.Storage.Commit;

namespace Presence.Node.Composition;

/// <summary>
/// Whether commits go through, for the log, the health endpoint and the figures. It only remembers what the commit thread says; it never probes the store itself.
/// </summary>
internal sealed partial class StoreHealth(ILogger<StoreHealth> log, TimeProvider clock)
{
    // The generated log methods need a field.
    private readonly ILogger _log = log;
    private string? _trouble;

    /// <summary>Why nothing can be written, and since when; null while all is well.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    public void Report(CommitTrouble trouble)
    {
        if (trouble.Recovered)
        {
            LogRecovered(trouble.Attempts);
            Volatile.Write(ref _trouble, null);
            return;
        }

        var reason = trouble.Reason ?? "the outcome of a write is not known";
        LogTrouble(reason);
        var since = clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Volatile.Write(ref _trouble, $"the store cannot be written since {since}: {reason}");
    }

    /// <summary>Refused batches and failed reads, which the owner has dealt with but the operator should know of.</summary>
    public void Note(string what) => LogNote(what);

    [LoggerMessage(EventId = 70, Level = LogLevel.Error, Message = "The store cannot be written: {Reason} Nothing is acknowledged until it can; the same write is tried again and again")]
    private partial void LogTrouble(string reason);

    [LoggerMessage(EventId = 71, Level = LogLevel.Information, Message = "The store can be written again, after {Attempts} attempts")]
    private partial void LogRecovered(int attempts);

    [LoggerMessage(EventId = 72, Level = LogLevel.Error, Message = "{What}")]
    private partial void LogNote(string what);
}

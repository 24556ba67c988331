using System.Diagnostics.Metrics;
using System.Text;
using Presence.Actors;

namespace Presence.Node.Composition;

/// <summary>
/// Tells the operator of defects that were kept to one user, in the log and in a figure. What users wrote may stand in an exception's message: only its type and where it came
/// from are written. However many there are, the log gets <see cref="PerMinute"/> a minute; the figure counts all. Called from any thread.
/// </summary>
internal sealed partial class DefectLog : IDisposable
{
    public const int PerMinute = 10;

    private readonly Meter _meter = new("Presence.Node");
    private readonly Counter<long> _count;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly ILogger _log;
    private long _minute = long.MinValue;
    private int _written;
    private long _left;

    public DefectLog(ILogger<DefectLog> log, TimeProvider clock)
    {
        (_log, _clock) = (log, clock);
        _count = _meter.CreateCounter<long>("presence.node.defects", "{defect}", "Defects of the node that hurt one user only.");
    }

    public void Met(ContainedDefect defect)
    {
        var at = defect.Place.ToString().ToLowerInvariant();
        _count.Add(1, new KeyValuePair<string, object?>("at", at));
        long left;
        lock (_gate)
        {
            var minute = _clock.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                (_minute, _written) = (minute, 0);
            }

            if (_written == PerMinute)
            {
                _left++;
                return;
            }

            _written++;
            (left, _left) = (_left, 0);
        }

        if (left > 0)
        {
            LogLeftOut(left);
        }

        LogDefect(defect.User, at, Where(defect.Exception));
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Types and stacks, from the outermost in; no message.</summary>
    private static string Where(Exception exception)
    {
        var text = new StringBuilder();
        for (var e = exception; e is not null; e = e.InnerException)
        {
            text.Append(e.GetType().FullName).AppendLine().AppendLine(e.StackTrace);
        }

        return text.ToString();
    }

    [LoggerMessage(EventId = 88, Level = LogLevel.Error, Message = "A defect of the node hurt {User} and nobody else (at: {At}). What it met was not done, the user's connections were closed, and "
        + "clients may come back. Report the next lines to the maintainers; deploy.md says what can be done until there is a new version. {Where}")]
    private partial void LogDefect(string user, string at, string where);

    [LoggerMessage(EventId = 89, Level = LogLevel.Error, Message = "{Count} more defects were not written down one by one; presence_node_defects_total counts all")]
    private partial void LogLeftOut(long count);
}

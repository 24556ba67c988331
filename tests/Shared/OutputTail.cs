namespace Presence.Tests.Shared;

/// <summary>
/// Keeps the last lines that a child process wrote, for failure messages.
/// It must never grow without bound: the oldest line goes when it is full.
/// </summary>
public sealed class OutputTail(int capacity = 200)
{
    private const int MaxAlarms = 200;
    private const int LinesOfAnAlarm = 12;

    private readonly Queue<string> lines = new();
    private readonly List<string> alarms = [];
    private int following;

    public void Add(string line)
    {
        lock (lines)
        {
            if (lines.Count == capacity)
            {
                lines.Dequeue();
            }

            lines.Enqueue(line);
            following = IsAlarm(line) ? LinesOfAnAlarm : following - 1;
            if (following > 0 && alarms.Count < MaxAlarms)
            {
                alarms.Add(line);
            }
        }
    }

    /// <summary>What was logged as an error or worse, and any exception that nobody caught, with the lines after it; empty if there was nothing. The first ones are kept.</summary>
    public string Alarms
    {
        get
        {
            lock (lines)
            {
                return string.Join('\n', alarms);
            }
        }
    }

    /// <summary>Whether one of the lines still kept contains <paramref name="text"/>, in any case.</summary>
    public bool Contains(string text)
    {
        lock (lines)
        {
            return lines.Any(line => line.Contains(text, StringComparison.OrdinalIgnoreCase));
        }
    }

    public override string ToString()
    {
        lock (lines)
        {
            return string.Join('\n', lines);
        }
    }

    private static bool IsAlarm(string line) =>
        line.Contains(" fail: ", StringComparison.Ordinal) || line.Contains(" crit: ", StringComparison.Ordinal)
        || line.Contains("Unhandled exception", StringComparison.Ordinal) || line.Contains("Fatal error", StringComparison.Ordinal);
}

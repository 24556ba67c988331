namespace Presence.Tests.Shared;

/// <summary>
/// Keeps the last lines that a child process wrote, for failure messages.
/// It must never grow without bound: the oldest line goes when it is full.
/// </summary>
public sealed class OutputTail(int capacity = 200)
{
    private readonly Queue<string> lines = new();

    public void Add(string line)
    {
        lock (lines)
        {
            if (lines.Count == capacity)
            {
                lines.Dequeue();
            }

            lines.Enqueue(line);
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
}

using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// Reads the pushes that a node's JSON-lines sink has written. It must never take a line for whole that has no end yet.
/// </summary>
public sealed class PushLog(string path)
{
    /// <summary>Every whole line so far, in the order written.</summary>
    public IReadOnlyList<JsonElement> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var lines = reader.ReadToEnd().Split('\n');
        // What follows the last line feed is empty or a line still being written.
        return [.. lines[..^1].Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>Waits until a line, not counting the first <paramref name="skip"/>, fits and returns it; null when none came in time.</summary>
    public Task<JsonElement?> WaitAsync(Func<JsonElement, bool> fits, TimeSpan limit, int skip = 0) =>
        Eventually.SeenAsync(() => Read().Skip(skip).Where(fits).Cast<JsonElement?>().FirstOrDefault(), limit);
}

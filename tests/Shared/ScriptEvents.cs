using System.Text.Json;

namespace Presence.Tests.Shared;

/// <summary>
/// The JSON events of one script, in the order printed. It judges nothing, but refuses to hand out an event that is not there.
/// </summary>
public sealed class ScriptEvents
{
    private readonly List<JsonElement> events = [];

    /// <summary>Takes a printed line; what is not a JSON object is not an event.</summary>
    public void Add(string? line)
    {
        if (line is not null && line.StartsWith('{'))
        {
            lock (events)
            {
                events.Add(JsonDocument.Parse(line).RootElement);
            }
        }
    }

    public bool Has(string name)
    {
        lock (events)
        {
            return events.Any(e => e.GetProperty("event").GetString() == name);
        }
    }

    /// <summary>All events of a name; at least one.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public IReadOnlyList<JsonElement> All(string name)
    {
        lock (events)
        {
            JsonElement[] found = [.. events.Where(e => e.GetProperty("event").GetString() == name)];
            return found.Length > 0 ? found : throw new KeyNotFoundException($"no event '{name}' in\n{this}");
        }
    }

    /// <summary>The only event of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none, or more than one.</exception>
    public JsonElement One(string name) =>
        All(name) is [var single] ? single : throw new KeyNotFoundException($"several events '{name}' in\n{this}");

    public override string ToString()
    {
        lock (events)
        {
            return string.Join('\n', events.Select(e => e.GetRawText()));
        }
    }
}

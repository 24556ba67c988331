using System.Text.Json.Nodes;

namespace Presence.Cli;

/// <summary>What a node said. A value only.</summary>
/// <param name="Body">Null when there was nothing to say.</param>
public sealed record NodeAnswer(int Status, JsonObject? Body)
{
    public bool IsDone => Status is >= 200 and < 300;

    /// <summary>The node's words for a refusal.</summary>
    public string Message => Text("message") ?? $"the node answered with status {Status}";

    public string? Text(string name) => Body?[name]?.GetValue<string>();

    public IEnumerable<JsonObject> Items(string name) => (Body?[name] as JsonArray ?? []).OfType<JsonObject>();

    public IEnumerable<string> Texts(string name) => (Body?[name] as JsonArray ?? []).Where(item => item is not null).Select(item => item!.GetValue<string>());
}

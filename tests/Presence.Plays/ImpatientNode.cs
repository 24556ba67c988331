using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// A node whose people become Away after a second instead of fifteen; otherwise as <see cref="PlayNode"/>.
/// </summary>
public sealed class ImpatientNode : PlayNode
{
    protected override NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string> { ["Sessions:AwayAfter"] = "00:00:01" },
    };
}

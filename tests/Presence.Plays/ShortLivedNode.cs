using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// A node whose sessions without push live two seconds after their connection went; otherwise as <see cref="PlayNode"/>.
/// </summary>
public sealed class ShortLivedNode : PlayNode
{
    protected override NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string> { ["Sessions:LifeWithoutPush"] = "00:00:02" },
    };
}

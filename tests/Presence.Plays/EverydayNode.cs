using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>A node with services to tell of and an administrator; otherwise as <see cref="PlayNode"/>.</summary>
public sealed class EverydayNode : PlayNode
{
    public const string Administrator = "admin@localhost";

    protected override NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>
        {
            ["Admin:Accounts:0"] = Administrator,
            ["ExternalServices:0:Type"] = "stun",
            ["ExternalServices:0:Host"] = "stun.example.org",
            ["ExternalServices:1:Type"] = "turn",
            ["ExternalServices:1:Host"] = "turn.example.org",
            ["ExternalServices:1:Secret"] = "shared",
        },
    };
}

using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// A node with two external components configured, <c>push.localhost</c> and <c>gate.localhost</c>; otherwise as <see cref="PlayNode"/>.
/// </summary>
public sealed class ComponentNode : PlayNode
{
    private readonly string secretFile = Path.GetTempFileName();

    protected override NodeSettings Settings
    {
        get
        {
            File.WriteAllText(secretFile, ComponentSecrets["gate.localhost"] + "\n");
            return new()
            {
                Options = new Dictionary<string, string>
                {
                    ["Components:0:Domain"] = "push.localhost",
                    ["Components:0:Secret"] = ComponentSecrets["push.localhost"],
                    ["Components:1:Domain"] = "gate.localhost",
                    ["Components:1:SecretFile"] = secretFile,
                },
            };
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(secretFile);
    }
}

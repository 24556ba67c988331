using Presence.Tests.Shared;

namespace Presence.Plays;

/// <summary>
/// A node for browsers: it serves Converse.js, has the app server <c>push.localhost</c>, shows who lost the network as Away after a second and as back at once.
/// </summary>
public sealed class BrowserNode : PlayNode
{
    protected override NodeSettings Settings => new()
    {
        Options = new Dictionary<string, string>(base.Settings.Options)
        {
            ["Components:0:Domain"] = "push.localhost",
            ["Components:0:Secret"] = ComponentSecrets["push.localhost"],
            ["Sessions:AwayAfter"] = "1s",
            ["Sessions:ResumeSettle"] = "0s",
        },
    };
}

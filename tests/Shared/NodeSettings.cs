namespace Presence.Tests.Shared;

/// <summary>
/// How a node is to be started by a test. It describes; <see cref="NodeProcess"/> does.
/// </summary>
public sealed record NodeSettings
{
    /// <summary>Configuration keys beside those that every test node gets, e.g. <c>Sessions:AwayAfter</c>.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>A command that runs the node's command line given after it, e.g. <c>unshare -m …</c>; empty for none.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>How long the node may take until its ready line.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(30);
}

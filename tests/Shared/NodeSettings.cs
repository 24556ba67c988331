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

    /// <summary>Where the node keeps its data; null for a new directory of its own. Deleted with the node.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Put before the node's paths when the tests read them: <c>/proc/N/root</c> if it lives in another mount namespace.</summary>
    public string FileView { get; init; } = "";

    /// <summary>How long the node may take until its ready line.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(30);
}

using Xunit;

namespace Presence.Architecture.Tests;

/// <summary>Fails with every finding on a line of its own; the runner's own message would cut the list short.</summary>
public static class Findings
{
    public static void None(IEnumerable<string> found)
    {
        var lines = found.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}

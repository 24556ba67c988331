using Presence.Chaos.Workload;
using Presence.Tests.Shared;

namespace Presence.Chaos;

/// <summary>
/// kill -9 at random points under load: nothing acknowledged is lost, doubled or reordered, and sleepers are pushed.
/// Any number of kills: <c>dotnet run -c Release --project tests/Presence.Chaos -- --kills 200 --seed 7</c>.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_acknowledged_is_lost_doubled_or_reordered(int seed)
    {
        await using var node = await NodeProcess.StartAsync(ChaosRun.Settings);
        using var run = new ChaosRun(new ChaosOptions { Seed = seed }, node, output.WriteLine);

        var verdict = await run.RunAsync();

        Assert.True(verdict.IsGood, $"seed {seed}: {verdict}\n-- node\n{node.Output}");
        // A run in which nothing happened proves nothing.
        Assert.True(verdict.Acknowledged > 500, $"only {verdict.Acknowledged} messages were acknowledged");
    }
}

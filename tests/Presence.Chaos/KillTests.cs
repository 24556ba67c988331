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

    [Fact]
    public async Task Nor_when_the_rows_are_in_PostgreSQL()
    {
        var cluster = PostgresCluster.Shared;
        var options = new Dictionary<string, string>(ChaosRun.Settings.Options)
        {
            ["Store:Kind"] = "postgres", ["Store:ConnectionString"] = cluster.ConnectionString(cluster.CreateDatabase()),
        };
        await using var node = await NodeProcess.StartAsync(ChaosRun.Settings with { Options = options });
        using var run = new ChaosRun(new ChaosOptions { Seed = 3 }, node, output.WriteLine);

        var verdict = await run.RunAsync();

        Assert.True(verdict.IsGood, $"{verdict}\n-- node\n{node.Output}");
        Assert.True(verdict.Acknowledged > 500, $"only {verdict.Acknowledged} messages were acknowledged");
        Assert.False(File.Exists(Path.Combine(node.DataDirectory, "presence.db")));
    }
}

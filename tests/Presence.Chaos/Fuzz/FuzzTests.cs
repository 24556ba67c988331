using Presence.Tests.Shared;

namespace Presence.Chaos.Fuzz;

/// <summary>
/// A few seconds of what <c>dotnet run -c Release --project tests/Presence.Chaos -- --fuzz 300 --seed 7</c> does for as long as one likes.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_that_a_client_sends_is_more_than_the_node_can_answer()
    {
        await using var node = await NodeProcess.StartAsync(FuzzRun.Settings);
        var run = new FuzzRun(new FuzzOptions(Seconds: 5, Seed: 1), node, output.WriteLine);

        var findings = await run.RunAsync();

        Assert.Empty(findings);
        Assert.True(run.Played - run.Unreached > 20, $"only {run.Played} cases were played, {run.Unreached} of which found no way in");
    }
}

using Presence.Simulation.Engine;
using Xunit;

namespace Presence.Simulation;

/// <summary>The invariants of docs/protocol/ownership.md in random runs of the real executors.</summary>
public sealed class SeedTests
{
    private const int PerCase = 40;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_invariant_holds(int part) => Assert.Null(Batch.FirstFailure(part * PerCase, PerCase));

    [Fact]
    public void A_seed_gives_the_same_run_twice()
    {
        var settings = SimSettings.Draw(7, 400);
        var (first, second) = (new Trace(on: true, int.MaxValue), new Trace(on: true, int.MaxValue));
        Run.Of(settings, first);
        Run.Of(settings, second);
        Assert.True(first.Lines.Count() > 400);
        Assert.Equal(first.Lines, second.Lines);
    }
}

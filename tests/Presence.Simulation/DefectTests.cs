using Presence.Simulation.Engine;
using Xunit;

namespace Presence.Simulation;

/// <summary>Shows that the checks find what they are there for: each rule that is broken on purpose is noticed within 200 seeds.</summary>
public sealed class DefectTests
{
    private const int Seeds = 200;

    public static TheoryData<Defect> Defects => [.. Enum.GetValues<Defect>().Where(d => d != Defect.None)];

    [Theory]
    [MemberData(nameof(Defects))]
    public void A_broken_rule_is_found(Defect defect) => Assert.NotNull(First(defect, compare: true));

    /// <summary>Without the comparison of memory and rows, by what clients and the store see alone.</summary>
    [Theory]
    [MemberData(nameof(Defects))]
    public void A_broken_rule_is_found_from_outside(Defect defect) => Assert.NotNull(First(defect, compare: false));

    private static ViolationException? First(Defect defect, bool compare) => Enumerable.Range(0, Seeds)
        .Select(seed => Run.Of(SimSettings.Draw(seed, Batch.Steps) with { Defect = defect, CompareMemory = compare }, new Trace(on: false, 0)))
        .FirstOrDefault(violation => violation is not null);
}

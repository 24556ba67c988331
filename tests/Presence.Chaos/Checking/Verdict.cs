using System.Globalization;

namespace Presence.Chaos.Checking;

/// <summary>
/// What went wrong in a run, by kind, and how much was looked at. A run is good only if nothing stands in any list.
/// </summary>
public sealed class Verdict
{
    private const int Shown = 20;

    /// <summary>Acknowledged to the sender, never seen by the receiver.</summary>
    public List<string> Lost { get; } = [];

    /// <summary>Seen twice by the receiver although the server had told the sender what it had.</summary>
    public List<string> Doubled { get; } = [];

    /// <summary>Seen after a later one of the same sender.</summary>
    public List<string> Reordered { get; } = [];

    /// <summary>Seen but never sent.</summary>
    public List<string> Invented { get; } = [];

    /// <summary>Anything else that a promise rules out: a session lost, a count that goes back, a push that never came.</summary>
    public List<string> Broken { get; } = [];

    public int Sent { get; set; }

    public int Acknowledged { get; set; }

    public int Received { get; set; }

    public bool IsGood => Lists.All(list => list.Lines.Count == 0);

    private (string Name, List<string> Lines)[] Lists =>
        [("lost", Lost), ("doubled", Doubled), ("reordered", Reordered), ("invented", Invented), ("broken", Broken)];

    public override string ToString()
    {
        var summary = string.Create(CultureInfo.InvariantCulture, $"{Sent} sent, {Acknowledged} acknowledged, {Received} received: ")
            + string.Join(", ", Lists.Select(list => string.Create(CultureInfo.InvariantCulture, $"{list.Lines.Count} {list.Name}")));
        var details = Lists.SelectMany(list => list.Lines.Take(Shown).Select(line => $"  {list.Name}: {line}"));
        return string.Join('\n', [summary, .. details]);
    }
}

using Presence.Actors.Users.Features;
using Xunit;

namespace Presence.Actors.Tests.Push;

/// <summary>
/// The push decision against a table written from sessions.md 5: every combination of facts, and of times around the limits, matches exactly one row of it.
/// </summary>
public class PushDecisionTests
{
    private const long Now = 1_700_000_000_000;
    private static readonly SessionOptions s_options = new();
    private static readonly long[] s_unanswered = [0, Now, Now - 4_999, Now - 5_000, Now - 5_001];
    private static readonly long[] s_used = [0, Now, Now - 299_999, Now - 300_000, Now - 300_001];

    // worth, blocked, muted, for the device, acknowledged, seen elsewhere | reach, socket | call, in call | other clients | decision, reason
    private const string Table = """
        nothing    * * * * * | *    *      | * * | *     | Never  Undeserving
        correction * * * * * | *    *      | * * | *     | Never  Correction
        reaction   * * * * * | *    *      | * * | *     | Never  Reaction
        retraction * * * * * | *    *      | * * | *     | Never  Retraction
        retracted  * * * * * | *    *      | * * | *     | Never  Retracted
        message    y * * * * | *    *      | * * | *     | Never  Blocked
        message    n y * * * | *    *      | * * | *     | Never  Muted
        message    n n n * * | *    *      | * * | *     | Never  NotForDevice
        message    n n y y * | *    *      | * * | *     | Never  Acknowledged
        message    n n y n y | *    *      | * * | *     | Never  SeenElsewhere
        message    n n y n n | up   unsent | * * | *     | NotNow Unsent
        message    n n y n n | up   fresh  | * * | *     | NotNow AwaitsAck
        message    n n y n n | up   late   | y * | *     | Push   Call
        message    n n y n n | up   late   | n y | *     | Push   InCall
        message    n n y n n | up   late   | n n | none  | Push   NoOther
        message    n n y n n | up   late   | n n | older | Push   UsedLast
        message    n n y n n | up   late   | n n | idle  | Push   OthersIdle
        message    n n y n n | up   late   | n n | inuse | Wait   OtherInUse
        message    n n y n n | down *      | y * | *     | Push   Call
        message    n n y n n | down *      | n y | *     | Push   InCall
        message    n n y n n | down *      | n n | none  | Push   NoOther
        message    n n y n n | down *      | n n | older | Push   UsedLast
        message    n n y n n | down *      | n n | idle  | Push   OthersIdle
        message    n n y n n | down *      | n n | inuse | Wait   OtherInUse
        """;

    [Fact]
    public void Every_combination_of_facts_follows_the_table()
    {
        var rows = Table.Split('\n').Select(line => line.Split([' ', '|', '\r'], StringSplitOptions.RemoveEmptyEntries)).ToList();
        var used = new HashSet<string[]>();
        var count = 0;
        foreach (var facts in AllFacts())
        {
            var key = Classify(facts);
            var row = Assert.Single(rows, r => key.Zip(r).All(p => p.Second == "*" || p.First == p.Second));
            var verdict = PushDecision.Decide(facts, s_options);
            if ($"{verdict.Action} {verdict.Reason}" != $"{row[^2]} {row[^1]}")
            {
                Assert.Fail($"{facts}: {verdict}, but the table says {row[^2]} {row[^1]}");
            }

            used.Add(row);
            count++;
        }

        Assert.Equal(rows.Count, used.Count);
        Assert.Equal(128 * 6 * 6 * 5 * 5 * 6, count);
    }

    [Fact]
    public void The_next_look_is_when_the_answer_changes()
    {
        foreach (var facts in AllFacts())
        {
            var verdict = PushDecision.Decide(facts, s_options);
            if (verdict.Action is PushAction.Push or PushAction.Never || verdict.At == long.MaxValue)
            {
                continue;
            }

            Assert.True(verdict.At > facts.Now);
            Assert.Equal(verdict, PushDecision.Decide(facts with { Now = verdict.At - 1 }, s_options));
            Assert.NotEqual(verdict.Reason, PushDecision.Decide(facts with { Now = verdict.At }, s_options).Reason);
        }
    }

    [Fact]
    public void Whoever_has_not_acknowledged_is_pushed_to_in_the_end()
    {
        // Liveness: with the facts standing still but for the clock, a message that was sent and is worth it is pushed within 305 s of now.
        foreach (var facts in AllFacts())
        {
            var verdict = PushDecision.Decide(facts, s_options);
            for (var looks = 0; verdict.Action is PushAction.Wait or PushAction.NotNow && verdict.At != long.MaxValue; looks++)
            {
                Assert.True(looks < 3 && verdict.At <= Now + 305_000);
                verdict = PushDecision.Decide(facts with { Now = verdict.At }, s_options);
            }

            Assert.True(verdict.Action is PushAction.Push or PushAction.Never || verdict.Reason == PushReason.Unsent);
        }
    }

    private static string[] Classify(PushFacts f) =>
    [
        $"{f.Worth}".ToLowerInvariant(), Bit(f.Blocked), Bit(f.Muted), Bit(f.ForDevice), Bit(f.Acknowledged), Bit(f.SeenElsewhere),
        (int)f.Reach <= (int)PushReach.Returning ? "up" : "down",
        f.UnansweredSince == 0 ? "unsent" : Now - f.UnansweredSince >= 5_000 ? "late" : "fresh",
        Bit(f.Call), Bit(f.InCall),
        !f.Others ? "none" : f.OthersInteraction <= f.OwnInteraction ? "older" : Now - f.OthersInteraction >= 300_000 ? "idle" : "inuse",
    ];

    private static string Bit(bool value) => value ? "y" : "n";

    private static IEnumerable<PushFacts> AllFacts()
    {
        foreach (var worth in Enum.GetValues<PushWorth>())
        {
            foreach (var circumstances in Circumstances())
            {
                yield return circumstances with { Worth = worth };
            }
        }
    }

    private static IEnumerable<PushFacts> Circumstances()
    {
        for (var bits = 0; bits < 128; bits++)
        {
            bool Is(int bit) => (bits & (1 << bit)) != 0;
            foreach (var reach in Enum.GetValues<PushReach>())
            {
                foreach (var unanswered in s_unanswered)
                {
                    foreach (var own in s_used)
                    {
                        yield return new PushFacts(PushWorth.Message, Is(0), Is(1), Is(2), Is(3), Is(4), Is(5), Is(6), reach, unanswered, own, false, 0, Now, long.MaxValue);
                        foreach (var others in s_used)
                        {
                            yield return new PushFacts(PushWorth.Message, Is(0), Is(1), Is(2), Is(3), Is(4), Is(5), Is(6), reach, unanswered, own, true, others, Now, long.MaxValue);
                        }
                    }
                }
            }
        }
    }
}

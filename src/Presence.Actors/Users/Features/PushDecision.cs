namespace Presence.Actors.Users.Features;

/// <summary>
/// Whether a device is pushed to for a message (sessions.md 5.1–5.4, R10, R49–R54). A pure function of facts, so that its truth table is its test and
/// an operator can be told why. It must never look at anything but the facts.
/// </summary>
public static class PushDecision
{
    /// <summary>
    /// First what rules a push out for good, then whether the device can still take the message by its own socket, then who used which client last.
    /// A call is never held back for another client in use: all devices ring (R60).
    /// </summary>
    public static PushVerdict Decide(in PushFacts facts, SessionOptions options)
    {
        if (Excluded(facts) is { } excluded)
        {
            return new PushVerdict(PushAction.Never, excluded, 0);
        }

        if (facts.Reach is PushReach.Foreground or PushReach.Inactive or PushReach.Returning)
        {
            if (facts.UnansweredSince == 0)
            {
                return new PushVerdict(PushAction.NotNow, PushReason.Unsent, long.MaxValue);
            }

            var late = facts.UnansweredSince + (long)options.PushUnackedAfter.TotalMilliseconds;
            if (facts.Now < late)
            {
                return new PushVerdict(PushAction.NotNow, PushReason.AwaitsAck, late);
            }
        }

        var idle = facts.OthersInteraction + (long)options.DesktopIdle.TotalMilliseconds;
        return Allowed(facts, idle) is { } reason
            ? new PushVerdict(PushAction.Push, reason, facts.Now)
            : new PushVerdict(PushAction.Wait, PushReason.OtherInUse, idle);
    }

    /// <summary>Why a message wakes no device whatever the circumstances; null if it may.</summary>
    public static PushReason? Unworthy(PushWorth worth) => worth switch
    {
        PushWorth.Message => null,
        PushWorth.Correction => PushReason.Correction,
        PushWorth.Reaction => PushReason.Reaction,
        PushWorth.Retraction => PushReason.Retraction,
        PushWorth.Retracted => PushReason.Retracted,
        _ => PushReason.Undeserving,
    };

    private static PushReason? Excluded(in PushFacts facts) =>
        Unworthy(facts.Worth) is { } unworthy ? unworthy
        : facts.Blocked ? PushReason.Blocked
        : facts.Muted ? PushReason.Muted
        : !facts.ForDevice ? PushReason.NotForDevice
        : facts.Acknowledged ? PushReason.Acknowledged
        : facts.SeenElsewhere ? PushReason.SeenElsewhere
        : null;

    private static PushReason? Allowed(in PushFacts facts, long idle) =>
        facts.Call ? PushReason.Call
        : facts.InCall ? PushReason.InCall
        : !facts.Others ? PushReason.NoOther
        : facts.OwnInteraction >= facts.OthersInteraction ? PushReason.UsedLast
        : facts.Now >= idle ? PushReason.OthersIdle
        : null;
}

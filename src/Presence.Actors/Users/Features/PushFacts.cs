using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Everything <see cref="PushDecision"/> may know about one message and one registration. Times are Unix milliseconds, 0 = never.
/// It states what is; it must never anticipate the decision.
/// </summary>
/// <param name="Muted">The device asked not to be woken by this conversation (our own form, see <see cref="PushRegistrationFeature"/>).</param>
/// <param name="ForDevice">The device's session is shown the message now or at its next presence, or its session is gone.</param>
/// <param name="Acknowledged">The device has the message.</param>
/// <param name="SeenElsewhere">The user did something at another client that has the message, after it arrived, and some client has acknowledged it.</param>
/// <param name="Call">It proposes a call (XEP-0353).</param>
/// <param name="InCall">The user is in a call at another client (R53).</param>
/// <param name="UnansweredSince">When the oldest thing the connected device has not acknowledged was sent; 0 = nothing is outstanding.</param>
/// <param name="Others">There is another client that shows the message, or will be told of it.</param>
/// <param name="OthersInteraction">Last use of any of those (sessions.md 5.3).</param>
/// <param name="Recheck">When these facts change by time alone; long.MaxValue = they do not. The decision does not look at it.</param>
public readonly record struct PushFacts(
    PushWorth Worth, bool Blocked, bool Muted, bool ForDevice, bool Acknowledged, bool SeenElsewhere, bool Call, bool InCall, PushReach Reach,
    long UnansweredSince, long OwnInteraction, bool Others, long OthersInteraction, long Now, long Recheck)
{
    /// <summary>Facts of a message for a registration.</summary>
    /// <param name="row">Null if neither queue knows it any more: then it was deserving when it was decided on, and who was shown it is unknown.</param>
    /// <param name="arriving">The row is about to be added; what will be sent in this turn counts as sent.</param>
    public static PushFacts Of(PushRegistrationRow registration, MessageRef? row, long id, bool call, Turn turn, bool arriving = false)
    {
        var (user, options, now) = (turn.User, turn.Options, turn.Now);
        var own = registration.SessionNo == 0 ? null : user.SessionOf(registration.SessionNo);
        var facts = new PushFacts
        {
            Worth = row is null ? PushWorth.Message : WorthOf(row),
            Blocked = row is not null && IsBlocked(user, row.Peer),
            Muted = row is not null && registration.Muted?.Contains(row.Peer) == true,
            ForDevice = own is null || row is null || IsFor(own, row, user, arriving),
            Acknowledged = own is not null && !arriving && !Tail.Lacks(own, id) && (own.Available || !Backlog.Holds(user, id)),
            Call = call,
            Reach = ReachOf(own, now, options),
            OwnInteraction = own?.LastInteraction ?? 0,
            Now = now,
            Recheck = long.MaxValue,
        };
        facts = facts with { UnansweredSince = Unanswered(own, facts.Reach, arriving, now) };
        foreach (var other in user.Sessions)
        {
            if (other != own)
            {
                facts = facts.With(other, row, id, user, options);
            }
        }

        return facts;
    }

    public static bool IsDeserving(MessageRef row) => WorthOf(row) == PushWorth.Message;

    public static PushWorth WorthOf(MessageRef row) => row.Flags switch
    {
        var f when (f & (MessageFlags.Outgoing | MessageFlags.ToSelf)) != 0 => PushWorth.Nothing,
        var f when (f & MessageFlags.Retracted) != 0 => PushWorth.Retracted,
        var f when (f & MessageFlags.Retraction) != 0 => PushWorth.Retraction,
        var f when (f & MessageFlags.Reaction) != 0 => PushWorth.Reaction,
        var f when (f & MessageFlags.Correction) != 0 => PushWorth.Correction,
        var f when (f & MessageFlags.Deserving) != 0 => PushWorth.Message,
        _ => PushWorth.Nothing,
    };

    private PushFacts With(SessionState other, MessageRef? row, long id, UserState user, SessionOptions options)
    {
        var facts = this with { InCall = InCall || CallTracking.InCall(other, Now) };
        if (row is not null && MessageForms.Choose(row, other) == MessageForm.None)
        {
            // It is not shown there: its user cannot have read it, and waiting for that would be in vain.
            return facts;
        }

        if (other.LastInteraction > id >> 20 && WasSent(other, id) && !Backlog.Holds(user, id))
        {
            facts = facts with { SeenElsewhere = true };
        }

        // A client that lost its socket shows nothing. It counts on if a push of its own tells its user, or while it may just change networks.
        var counts = other.Receiving || UserDeadlines.PushEnabled(user, other);
        var settles = UserDeadlines.Settled(other, options);
        if (!counts && !other.Attached && Now < settles)
        {
            counts = true;
            facts = facts with { Recheck = Math.Min(facts.Recheck, settles) };
        }

        return counts ? facts with { Others = true, OthersInteraction = Math.Max(facts.OthersInteraction, other.LastInteraction) } : facts;
    }

    private static PushReach ReachOf(SessionState? own, long now, SessionOptions options)
    {
        if (own is null)
        {
            return PushReach.Gone;
        }

        if (own.Attached)
        {
            return own.Silent ? PushReach.Silent : own.Inactive ? PushReach.Inactive : PushReach.Foreground;
        }

        return own is { Restored: true, FoundAttached: true } && now < UserDeadlines.Settled(own, options) ? PushReach.Returning : PushReach.Disconnected;
    }

    private static long Unanswered(SessionState? own, PushReach reach, bool arriving, long now) => reach switch
    {
        PushReach.Returning => own!.DetachedAt,
        PushReach.Foreground or PushReach.Inactive when own!.OldestUnansweredAt is var since => since == 0 && arriving ? now : since,
        _ => 0,
    };

    private static bool IsFor(SessionState own, MessageRef row, UserState user, bool arriving)
    {
        if (MessageForms.Choose(row, own) != MessageForm.None)
        {
            return true;
        }

        // Without presence it is not shown what came to the account, but that waits for it like for any device while none has it.
        var waits = (row.Flags & MessageFlags.ToFullJid) == 0 && (arriving ? Backlog.IsOf(row) : Backlog.Holds(user, row.Id));
        return waits && !own.Available && !own.Receiving;
    }

    private static bool WasSent(SessionState session, long id) =>
        id <= session.Cursor && session.Unacked?.Exists(item => item.MessageId == id && item.SentAt == 0) != true;

    private static bool IsBlocked(UserState user, string peer) =>
        user.Blocked is { Count: > 0 } && Protocol.Addressing.Jid.TryParse(peer, out var jid) && user.IsBlocked(jid);
}

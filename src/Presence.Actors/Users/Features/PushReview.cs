using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Derives from a user's state what is to be pushed (cluster-protocol 7.7: derived, not decided on arrival), in order per registration: rows that wait
/// are looked at again, new ones decided once. It costs next to nothing when there is nothing to decide, and must never decide by itself.
/// </summary>
internal static class PushReview
{
    public static void Run(Turn turn)
    {
        var user = turn.User;
        user.PushReviewAt = long.MaxValue;
        if (!user.Exists)
        {
            return;
        }

        EndOfHold(turn);
        if (user.Pushes.Count > 0)
        {
            foreach (var row in user.Pushes.ToArray())
            {
                Again(row, turn);
            }
        }

        for (var i = 0; i < user.Registrations.Count; i++)
        {
            if (user.Registrations[i].DisabledReason is null)
            {
                Undecided(user.Registrations[i], turn);
            }
        }
    }

    /// <summary>A session that is no longer silent because its registration went gets what was held; later rows must not pass it.</summary>
    private static void EndOfHold(Turn turn)
    {
        foreach (var session in turn.User.Sessions)
        {
            if (session.Receiving && session.Cursor < turn.User.LastId)
            {
                Outbound.Replay(session, turn);
            }
        }
    }

    /// <summary>A message was taken back: pushes that wait tell of what is left.</summary>
    public static void Retracted(string peer, Turn turn)
    {
        var user = turn.User;
        foreach (var row in user.Pushes.FindAll(p => p.State == PushState.Due && p.Conversation == peer))
        {
            if (user.Registrations.Find(r => r.Service == row.Service && r.Node == row.Node) is { } registration
                && PushRemainder.Of(row, registration, user) is var rest && rest != row)
            {
                if (rest is null)
                {
                    PushFeature.Remove(row, turn);
                }
                else
                {
                    turn.Emit(new PushScheduled(rest));
                }
            }
        }
    }

    /// <summary>A row that waits or whose answer is unknown: cancelled, sent, postponed or left alone.</summary>
    private static void Again(PushOutboxRow row, Turn turn)
    {
        var user = turn.User;
        if (user.Registrations.Find(r => r.Service == row.Service && r.Node == row.Node) is not { DisabledReason: null } registration)
        {
            PushFeature.Remove(row, turn);
            return;
        }

        var claimed = row.State == PushState.Claimed;
        if (claimed && user.PushMemory.InFlight.ContainsKey((row.Service, row.Node, row.Conversation)))
        {
            return;
        }

        if (PushFeature.IsTerminated(row))
        {
            if (claimed || row.DueAt <= turn.Now)
            {
                PushFeature.Send(row, registration, turn);
            }

            return;
        }

        var message = Find(user, row.LatestId);
        if (message is not null && PushFacts.WorthOf(message) == PushWorth.Retracted)
        {
            // Of a push that is repeated because its answer was lost, too: it tells of what is left, under the id of that.
            if (PushRemainder.Of(row, registration, user) is not { } rest)
            {
                PushFeature.Remove(row, turn);
                return;
            }

            turn.Emit(new PushScheduled(rest));
            (row, message) = (rest, Find(user, rest.LatestId));
        }

        var facts = PushFacts.Of(registration, message, row.LatestId, PushFeature.IsCall(row), turn);
        var verdict = PushDecision.Decide(facts, turn.Options);
        if (verdict.Reason == PushReason.NotForDevice && message is not null && MayCome(message, registration, user))
        {
            verdict = new PushVerdict(PushAction.NotNow, PushReason.NotForDevice, long.MaxValue);
        }

        if (verdict.Action == PushAction.Never)
        {
            PushFeature.Remove(row, turn);
        }
        else if (claimed)
        {
            // Claimed by an owner before this one and its answer lost: once more under the same id, and no other way out (7.7.4).
            PushFeature.Send(row, registration, turn);
        }
        else if (row.Attempts == 0 || row.DueAt <= turn.Now)
        {
            Due(row, verdict, Math.Min(verdict.At, facts.Recheck), registration, turn);
        }
    }

    private static void Due(PushOutboxRow row, PushVerdict verdict, long look, PushRegistrationRow registration, Turn turn)
    {
        if (verdict.Action == PushAction.Push)
        {
            PushFeature.Send(row, registration, turn);
            return;
        }

        if (row.DueAt <= turn.Now)
        {
            var next = verdict.At == long.MaxValue ? turn.Now + (long)turn.Options.PushUnackedAfter.TotalMilliseconds : verdict.At;
            turn.Emit(new PushScheduled(row with { DueAt = next }));
        }

        turn.User.PushReviewAt = Math.Min(turn.User.PushReviewAt, look);
    }

    /// <summary>Rows behind the last one decided for a registration, in order, up to the first that cannot be decided yet.</summary>
    private static void Undecided(PushRegistrationRow registration, Turn turn)
    {
        var user = turn.User;
        var rows = Candidates(registration, user);
        var place = (registration.Service, registration.Node);
        var from = Math.Max(registration.Pushed, user.PushMemory.Passed.GetValueOrDefault(place));
        var (decided, passed, passing) = (0L, from, true);
        List<PushOutboxRow>? joined = null;
        var stop = user.SessionOf(registration.SessionNo) is { Available: false, Receiving: true } ? FirstToCome(registration, user, from) : long.MaxValue;
        for (var i = FirstBehind(rows, from); i < rows.Count && rows[i].Id < stop; i++)
        {
            var row = rows[i];
            var verdict = new PushVerdict(PushAction.Never, PushReason.Undeserving, 0);
            if (PushFacts.IsDeserving(row))
            {
                var facts = PushFacts.Of(registration, row, row.Id, (row.Flags & MessageFlags.Call) != 0, turn);
                verdict = PushDecision.Decide(facts, turn.Options);
                user.PushReviewAt = verdict.Action is PushAction.NotNow or PushAction.Wait
                    ? Math.Min(user.PushReviewAt, Math.Min(facts.Recheck, verdict.At)) : user.PushReviewAt;
            }

            if (verdict.Action == PushAction.NotNow)
            {
                break;
            }

            if (verdict.Action != PushAction.Never)
            {
                Join(joined ??= [], registration, row, verdict, turn);
                decided = row.Id;
            }

            // Not for the device may mean not yet: its session has no presence.
            passing &= verdict.Reason != PushReason.NotForDevice || user.SessionOf(registration.SessionNo) is { Available: true };
            passed = passing ? row.Id : passed;
        }

        if (passed > from)
        {
            user.PushMemory.Passed[place] = passed;
        }

        if (joined is not null)
        {
            var now = registration with { Pushed = decided };
            turn.Emit(new PushRegistered(now));
            Write(joined, now, turn);
        }
    }

    /// <summary>The first row that <see cref="MayCome"/>: what came later must not pass it.</summary>
    private static long FirstToCome(PushRegistrationRow registration, UserState user, long from)
    {
        for (var i = FirstBehind(user.Backlog, from); i < user.Backlog.Count; i++)
        {
            if (MayCome(user.Backlog[i], registration, user))
            {
                return user.Backlog[i].Id;
            }
        }

        return long.MaxValue;
    }

    /// <summary>Still to come to a device that is connected without presence: at its presence, or as a push when its socket goes.</summary>
    private static bool MayCome(MessageRef row, PushRegistrationRow registration, UserState user) =>
        (row.Flags & MessageFlags.ToFullJid) == 0 && Backlog.Holds(user, row.Id)
        && user.SessionOf(registration.SessionNo) is { Available: false, Receiving: true };

    /// <summary>A message joins what is on its way or waits for the same conversation.</summary>
    private static void Join(List<PushOutboxRow> joined, PushRegistrationRow registration, MessageRef row, PushVerdict verdict, Turn turn)
    {
        var kind = PushFeature.KindOf(row);
        var key = PushFeature.KeyOf(kind, row.Peer);
        var at = joined.FindIndex(p => p.Conversation == key);
        var before = at >= 0 ? joined[at]
            : turn.User.Pushes.Find(p => p.Service == registration.Service && p.Node == registration.Node && p.Conversation == key);
        var after = before is null
            ? new PushOutboxRow(turn.User.UserId, registration.Service, registration.Node, key, row.Id, 1, verdict.At, PushState.Due, 0, kind, row.Id)
            : before with
            {
                LatestId = row.Id,
                Count = before.Count + 1,
                DueAt = before.State == PushState.Claimed || before.Attempts > 0 ? before.DueAt : Math.Min(before.DueAt, verdict.At),
            };
        if (at >= 0)
        {
            joined[at] = after;
        }
        else
        {
            joined.Add(after);
        }
    }

    private static void Write(List<PushOutboxRow> joined, PushRegistrationRow registration, Turn turn)
    {
        foreach (var row in joined)
        {
            if (row.State == PushState.Due && row.DueAt <= turn.Now)
            {
                PushFeature.Send(row, registration, turn);
            }
            else
            {
                turn.Emit(new PushScheduled(row));
            }
        }
    }

    /// <summary>What the device may still lack: for one whose session is gone, or takes nothing and shows no presence, what no device has.</summary>
    internal static List<MessageRef> Candidates(PushRegistrationRow registration, UserState user) =>
        user.SessionOf(registration.SessionNo) is { } own && (own.Available || own.Receiving) ? user.Tail : user.Backlog;

    private static MessageRef? Find(UserState user, long id) => At(user.Tail, id) ?? At(user.Backlog, id);

    private static MessageRef? At(List<MessageRef> rows, long id)
    {
        var at = FirstBehind(rows, id - 1);
        return at < rows.Count && rows[at].Id == id ? rows[at] : null;
    }

    private static int FirstBehind(List<MessageRef> rows, long id)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = rows[middle].Id > id ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}

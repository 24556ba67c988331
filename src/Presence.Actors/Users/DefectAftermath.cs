using Presence.Actors.Users.Features;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// What is set right on fresh memory after a defect, before anything else is decided on the user: counts of what was handled, the answer to what failed, the end of
/// what did not come back. Its own defect is not set right again.
/// </summary>
internal static class DefectAftermath
{
    public static void Settle(AftermathInput input, Turn turn)
    {
        foreach (var (place, latest) in input.InFlight)
        {
            if (turn.User.Pushes.Exists(p => p.State == PushState.Claimed && (p.Service, p.Node, p.Conversation) == place && p.LatestId >= latest))
            {
                // Its answer is on its way: sent again, it would wake the phone twice.
                turn.User.PushMemory.InFlight[place] = latest;
            }
        }

        GiveUp(input, turn);
        foreach (var before in input.Before)
        {
            if (turn.User.SessionOf(before.No) is { } session)
            {
                Count(session, before, input, turn);
                SessionEnding.RefuseRequests(new SessionState { No = before.No, FullJid = before.FullJid, Waiting = before.Waiting }, turn);
            }
            else
            {
                Gone(before, turn);
            }
        }

        if (turn.User.SessionOf(input.SessionNo) is not { } asker)
        {
            return;
        }

        if (input.Answer is { } answer)
        {
            Outbound.Ephemeral(asker, new OutboundStanza(0, answer, default, default), turn);
        }

        if (input.Ends)
        {
            // Its client would do the same again as soon as it is back. In a new session it does not.
            SessionEnding.End(asker, turn, EndReason.Defect);
        }
    }

    /// <summary>
    /// What came after the last count that was written had only effects in memory, which have left; what failed is answered. Counted less, the client would send all of it
    /// again, and meet the defect again.
    /// </summary>
    private static void Count(SessionState session, SessionState before, AftermathInput input, Turn turn)
    {
        session.HIn = Math.Max(session.HIn, Math.Max(before.HIn, before.No == input.SessionNo ? input.Number : 0));
        SessionRows.Store(session, turn);
    }

    /// <summary>A session that could not be resumed is over with its connection: its contacts and who asked something of it are told.</summary>
    private static void Gone(SessionState before, Turn turn)
    {
        var session = new SessionState
        {
            No = before.No,
            FullJid = before.FullJid,
            Presence = before.Presence,
            Directed = before.Directed,
            Waiting = before.Waiting,
            Cursor = turn.User.LastId,
            Since = turn.User.LastId,
        };
        SessionEnding.End(session, turn, EndReason.Defect);
    }

    private static void GiveUp(AftermathInput input, Turn turn)
    {
        var user = turn.User;
        if (input.Push is { } push && user.Pushes.Find(p => p.State == PushState.Claimed && p.Service == push.Service && p.Node == push.Node && p.LatestId == push.LatestId) is { } row)
        {
            // Its answer could not be dealt with. Claimed, it would be sent again, and answered again.
            PushFeature.Remove(row, turn);
        }

        // Looked for again only when the user is loaded anew.
        user.Retractions?.Remove(input.Retraction);
    }
}

using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>What a push tells of once one of its messages was taken back. It must never make a push of what had one already.</summary>
internal static class PushRemainder
{
    /// <summary>The push for the messages that are left, or null if none is. It is the same one if nothing of it was taken back.</summary>
    public static PushOutboxRow? Of(PushOutboxRow row, PushRegistrationRow registration, UserState user)
    {
        var own = user.SessionOf(registration.SessionNo);
        var (latest, count, known) = (0L, 0, false);
        foreach (var message in PushReview.Candidates(registration, user))
        {
            if (message.Id > row.LatestId || PushFeature.KeyOf(PushFeature.KindOf(message), message.Peer) != row.Conversation)
            {
                continue;
            }

            known |= message.Id == row.LatestId;
            if (message.Id >= row.FirstId && PushFacts.IsDeserving(message) && (own is null || Tail.Lacks(own, message.Id)))
            {
                (latest, count) = (message.Id, count + 1);
            }
        }

        if (!known)
        {
            return row;
        }

        return count == 0 ? null : row with { LatestId = latest, Count = Math.Min(row.Count, count) };
    }
}

namespace Presence.Routing;

/// <summary>A push that has been claimed by a guarded write and may now leave (cluster-protocol 7.7: claim, send, done).</summary>
/// <param name="PushId">Stable for (message, registration): the provider's collapse id and the tracking id in logs.</param>
/// <param name="Kind">"message", "call" or "terminated".</param>
/// <param name="Conversation">Bare JID of the sender.</param>
/// <param name="StanzaId">Archive id (XEP-0359) of the newest message it tells of; never a body.</param>
/// <param name="Count">Messages it tells of.</param>
/// <param name="Options">Publish options form of XEP-0357 as bytes, or null.</param>
/// <param name="Attempt">1 for the first try.</param>
public sealed record PushNotification(
    long UserId, string Account, string Service, string Node, string PushId, string Kind, string Conversation, string StanzaId, long LatestId, int Count,
    byte[]? Options, int Attempt);

/// <summary>What the provider said.</summary>
public enum PushOutcome
{
    /// <summary>Taken by the provider.</summary>
    Sent,

    /// <summary>Worth another try later, and later still each time.</summary>
    Retry,

    /// <summary>Nobody has tried: there was no room. Offered again soon, however often, and counted as no attempt.</summary>
    Busy,

    /// <summary>The device address is dead: the registration is disabled until it is made anew (R77).</summary>
    Gone,
}

/// <summary>Takes claimed pushes to providers. Must not block; bounded: false means "not now", and the owner offers it again after two seconds.</summary>
public interface IPushSender
{
    /// <param name="done">Called once, on any thread, with what became of it.</param>
    bool TrySend(PushNotification push, Action<PushNotification, PushOutcome> done);
}

using Presence.Routing;

namespace Presence.Push;

/// <summary>
/// One place pushes go to: a sink for developers, or a provider (APNs, FCM, web push, an app server). It sends what it is given and says what became of it;
/// it must never decide whether a push is due, and never see a message body.
/// </summary>
public interface IPushGateway
{
    /// <summary>Short and stable: a tag in metrics and logs.</summary>
    string Name { get; }

    /// <summary>Whether it has anything to do with a push at all; one that no gateway wants has nowhere to go.</summary>
    bool Wants(PushNotification push) => true;

    /// <summary>
    /// Sends one push. Called concurrently. May be called again with the same <see cref="PushNotification.PushId"/> after <see cref="PushOutcome.Retry"/>
    /// or a crash, so a gateway hands that id on for the other side to collapse doubles. An exception counts as <see cref="PushOutcome.Retry"/>.
    /// </summary>
    ValueTask<PushOutcome> SendAsync(PushNotification push, CancellationToken cancellation);
}

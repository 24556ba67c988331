using System.Globalization;
using Presence.Routing;

namespace Presence.Push.Gateways;

/// <summary>
/// Shows each push as one readable line, so that a newcomer sees the phone being woken. For demonstrations: a device address is shortened, and nothing is kept.
/// </summary>
/// <param name="output">Where the line goes; written whole lines at a time.</param>
/// <param name="colour">Whether the terminal shows colours.</param>
public sealed class ConsoleGateway(TextWriter output, TimeProvider clock, bool colour) : IPushGateway
{
    private const int ShownNode = 8;

    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public string Name => "console";

    /// <inheritdoc/>
    public ValueTask<PushOutcome> SendAsync(PushNotification push, CancellationToken cancellation)
    {
        var line = Describe(push);
        lock (_gate)
        {
            output.WriteLine(colour ? $"\e[35m{line}\e[0m" : line);
            output.Flush();
        }

        return new(PushOutcome.Sent);
    }

    private string Describe(PushNotification push)
    {
        var time = clock.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var node = push.Node.Length > ShownNode ? push.Node[..ShownNode] + "…" : push.Node;
        var what = push.Kind switch
        {
            "call" => $"a call from {push.Conversation}",
            "terminated" => $"the session ended with {Messages(push.Count)} unread",
            _ => $"{Messages(push.Count)} from {push.Conversation}",
        };
        var again = push.Attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $", attempt {push.Attempt}") : "";
        return $"{time} push → {push.Account} (device {node} at {push.Service}): {what} [{push.StanzaId}{again}]";
    }

    private static string Messages(int count) =>
        count == 1 ? "1 message" : string.Create(CultureInfo.InvariantCulture, $"{count} messages");
}

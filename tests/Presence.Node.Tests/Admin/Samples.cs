using Presence.Actors.Admin;

namespace Presence.Node.Tests.Admin;

/// <summary>A user as an owner describes one. Values only.</summary>
internal static class Samples
{
    private static readonly long Then = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public static UserDescription Bob { get; } = new(
        "bob@localhost",
        [new SessionDescription("phone", 3, "disconnected", true, "away", 1, 1, 240, null, null, Then, Then - 60_000, true, true)],
        [new QueuedMessage("m-1", Then << 20, "alice@localhost", 240, true, ["phone"])],
        [new RegistrationDescription("push.example", "0123456789abcdef", "phone", true, null)]);
}

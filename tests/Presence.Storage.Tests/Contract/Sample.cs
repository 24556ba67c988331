using System.Text;
using System.Text.Json;
using Presence.Storage.Contracts;

namespace Presence.Storage.Tests.Contract;

/// <summary>Rows with a different value in every field, so that two swapped columns show.</summary>
public static class Sample
{
    public static CredentialRow Keys(byte seed = 1) => new([seed, 1], 4096 + seed, [seed, 2], [seed, 3], [seed, 4], [seed, 5]);

    public static AccountRow Account(long user, string? jid = null) => new(user, jid ?? $"user{user}@example.org", Keys(), 11, 12, 13);

    public static ArchivePreferences Preferences() => new(ArchiveDefault.Roster, ["a@b", "ü@d/x"], ["c@d"]);

    public static SessionRow Session(long user, int no, long connection = 3, long cursor = 0) =>
        new(user, no, connection, 4, 5, 6, cursor, SessionPhase.Disconnected, 8, 9, 10);

    public static SessionDocRow Doc(long user, int no) =>
        new(user, no, $"phone{no}", $"sm-{user}-{no}", [1, 2], ["a@b/c", "ü\n\"@d"], true, false, 77, true);

    public static MessageRow Message(
        long user, long id, string peer = "romeo@example.net", MessageFlags flags = MessageFlags.Visible | MessageFlags.Deserving, string? resource = "orchard") =>
        new(user, id, peer, resource, flags, 3, "phone", "pushed: last used", Encoding.UTF8.GetBytes($"<message id='{id}'/>"));

    public static DeliveryRow Delivery(long user, int no, long sequence, long id) => new(user, no, sequence, id);

    public static PushRegistrationRow Registration(long user, string node = "n1") =>
        new(user, "push.example.org", node, 2, [9, 8], true, false, 55, "gone");

    public static PushOutboxRow Push(long user, string conversation = "romeo@example.net") =>
        new(user, "push.example.org", "n1", conversation, 101, 3, 5000, PushState.Claimed, 4, "call");

    public static RosterRow Item(long user, string contact = "romeo@example.net") =>
        new(user, contact, Subscription.Both, true, false, true, "Romeo", ["Friends", "Ver\nona"], [60, 62]);

    public static DocumentRow Document(long user, string name = "storage storage:bookmarks", DocumentKind kind = DocumentKind.Private) =>
        new(user, kind, name, "mark", [1, 2, 3, 4]);

    public static OutboxRow Outbox(int from, int to, long sequence, long previous) => new(from, sequence, previous, to, 7, [1, 2, 3]);

    /// <summary>A text that is equal when all values are, lists and bodies included.</summary>
    public static string Text(object? value) => JsonSerializer.Serialize(value, value?.GetType() ?? typeof(object), Indented);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}

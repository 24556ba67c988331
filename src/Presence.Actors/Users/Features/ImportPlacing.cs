using Presence.Protocol.Xml;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Finds ids for messages from elsewhere, on a reader thread: the one that their time gives, the next one if another message has it, none if the message itself is
/// there already. It never moves or changes a message that is not the same, and writes nothing.
/// </summary>
internal static class ImportPlacing
{
    /// <summary>How far the times of an archived message and of its unread copy may differ: other servers stamp the two at different moments, in whole seconds.</summary>
    private const long TwinMs = 2_000;

    private const int TwinsLookedAt = 50;

    /// <param name="waiting">Unread messages are there, which may be copies of what comes.</param>
    /// <returns>The rows to write; one that was there may come back as unread.</returns>
    public static List<MessageRow> Place(IStore store, IReadOnlyList<MessageRow> drafts, bool waiting)
    {
        var user = drafts[0].UserId;
        var placed = new Dictionary<long, MessageRow>();
        var there = store.ReadMessages(user, drafts.Select(d => d.Id).Distinct().ToArray()).ToDictionary(r => r.Id);
        waiting |= drafts.Any(IsUnread);
        foreach (var draft in drafts)
        {
            if (waiting && Twin(store, draft, placed) is { } twin)
            {
                if (IsUnread(draft) && !IsUnread(twin))
                {
                    placed[twin.Id] = twin with { Flags = (twin.Flags & ~MessageFlags.Imported) | MessageFlags.Offline };
                }

                continue;
            }

            var id = draft.Id;
            while ((placed.GetValueOrDefault(id) ?? there.GetValueOrDefault(id) ?? Beyond(id)) is { } other)
            {
                if (IsSame(other, draft))
                {
                    id = 0;
                    break;
                }

                id++;
            }

            if (id != 0)
            {
                placed[id] = draft with { Id = id };
            }
        }

        return [.. placed.Values];

        MessageRow? Beyond(long id) => drafts.Any(d => d.Id == id) ? null : store.ReadMessages(user, [id]) is [var row, ..] ? row : null;
    }

    /// <summary>The same message of the other kind: archived for an unread one, unread for an archived one.</summary>
    private static MessageRow? Twin(IStore store, MessageRow draft, Dictionary<long, MessageRow> placed)
    {
        var at = draft.Id >> 20;
        var window = new ArchiveQuery(
            draft.UserId, draft.Peer, null, Math.Max(0, at - TwinMs) << 20, (at + TwinMs + 1) << 20, null, null, false, TwinsLookedAt, long.MaxValue);
        return placed.Values.Where(r => r.Peer == draft.Peer && Math.Abs((r.Id >> 20) - at) <= TwinMs)
            .Concat(store.ReadArchive(window).Rows.Where(r => !placed.ContainsKey(r.Id)))
            .FirstOrDefault(r => IsUnread(r) != IsUnread(draft) && IsSame(r, draft));
    }

    private static bool IsUnread(MessageRow row) => (row.Flags & (MessageFlags.Offline | MessageFlags.Imported)) == MessageFlags.Offline;

    private static bool IsSame(MessageRow a, MessageRow b)
    {
        const MessageFlags Direction = MessageFlags.Outgoing | MessageFlags.ToSelf;
        return a.Peer == b.Peer && (a.Flags & Direction) == (b.Flags & Direction)
            && XmlElement.TryParse(a.Body, out var left) && XmlElement.TryParse(b.Body, out var right)
            && left.Attr("id") == right.Attr("id") && left.Child("body")?.Text == right.Child("body")?.Text;
    }
}

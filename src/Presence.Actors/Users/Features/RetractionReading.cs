using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>Finds what a retraction takes back; runs on a reader thread, after the commit of the retraction. It must never hold state.</summary>
internal static class RetractionReading
{
    /// <param name="queued">Rows of any conversation that are not in the archive.</param>
    /// <param name="look">Rows of the archive that are looked at, newest first.</param>
    /// <param name="most">Rows that are read as a whole, of the archive and of the queue each.</param>
    public static RetractionInput Find(IStore store, long userId, long id, IReadOnlyList<(long Id, string Peer)> queued, int look, int most)
    {
        try
        {
            if (store.ReadMessages(userId, [id]) is not [var retraction])
            {
                return new RetractionInput(userId, id, null, []);
            }

            if (!Stanza.TryParseStamped(retraction.Body, out var stanza) || stanza.Has(PayloadFlags.MucUser) || Retraction.TargetOf(stanza) is not { } target
                || Retraction.TraceOf(target) is not { Length: > 0 } trace)
            {
                return new RetractionInput(userId, id, retraction, []);
            }

            long[] others = [.. queued.Where(r => r.Peer == retraction.Peer).Select(r => r.Id).Order().TakeLast(most)];
            var rows = store.SearchConversation(userId, retraction.Peer, id, trace, look, most).Concat(store.ReadMessages(userId, others));
            return new RetractionInput(userId, id, retraction, Chosen(rows, retraction, target));
        }
        catch (IOException)
        {
            return new RetractionInput(userId, id, null, []);
        }
    }

    /// <summary>
    /// The newest message of that id and the corrections of it. Clients that count from 1 at every start use an id again and again: what is older than the
    /// newest is not meant.
    /// </summary>
    private static List<MessageRow> Chosen(IEnumerable<MessageRow> rows, MessageRow retraction, string target)
    {
        var chosen = new List<MessageRow>();
        foreach (var row in rows.OrderByDescending(r => r.Id))
        {
            if (!SameAuthor(row, retraction) || !Stanza.TryParseStamped(row.Body, out var message) || !MayGo(row, message))
            {
                continue;
            }

            if (Retraction.IsNamed(message, target))
            {
                chosen.Add(row);
                break;
            }

            if (Retraction.Corrects(message, target))
            {
                chosen.Add(row);
            }
        }

        return chosen;
    }

    /// <summary>§6: the same bare JID on both; in one's own log, the same direction.</summary>
    private static bool SameAuthor(MessageRow row, MessageRow retraction)
    {
        const MessageFlags Direction = MessageFlags.Outgoing | MessageFlags.ToSelf;
        return row.Peer == retraction.Peer && (row.Flags & Direction) == (retraction.Flags & Direction);
    }

    /// <summary>A retraction stays for who was away, a tombstone is one already, and a nickname in a room may have been another's.</summary>
    private static bool MayGo(MessageRow row, Stanza message) =>
        (row.Flags & MessageFlags.Retracted) == 0 && message.Type is StanzaType.Chat or StanzaType.Normal
        && !message.HasAny(PayloadFlags.Retraction | PayloadFlags.MucUser);
}

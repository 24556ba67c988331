using Presence.Actors.Admin;
using Presence.Protocol.Stanzas;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users.Features;

/// <summary>
/// Takes over a user's data from elsewhere (XEP-0227): contacts with the subscriptions as they stand there, blocked addresses, documents, archive and unread messages.
/// It tells no contact anything, and what it has taken over once it finds again and leaves alone.
/// </summary>
internal static class ImportFeature
{
    public static void Decide(ImportRequest request, bool created, Action<AdminReply> reply, Turn turn)
    {
        var (user, data) = (turn.User, request.Data);
        var overwritten = !created && data.Overwrite && data.Credentials is not null;
        if (overwritten)
        {
            turn.Emit(new CredentialsChanged(user.UserId, data.Credentials!));
        }

        var (contacts, kept, refused) = Contacts(data, turn);
        var blocked = Blocked(data, turn);
        var documents = DocumentImport.Decide(data, turn);
        var rows = data.Messages.Select(m => Draft(m, turn)).OfType<MessageRow>().ToList();
        refused += data.Messages.Count - rows.Count + data.Blocked.Count(jid => user.Blocked?.Contains(jid.ToString()) != true);
        var counts = new ImportCounts(created, overwritten, contacts, blocked, 0, kept + documents.Kept, refused + documents.Refused) { Documents = documents.Taken };
        if (rows.Count == 0)
        {
            turn.After(() => reply(new AdminReply(AdminStatus.Done, Import: counts)));
            return;
        }

        var (id, waiting) = (user.UserId, user.Backlog.Count > 0);
        turn.Read(store =>
        {
            try
            {
                return new ImportInput(id, ImportPlacing.Place(store, rows, waiting), counts with { Repeated = counts.Repeated + rows.Count }, reply);
            }
            catch (IOException)
            {
                reply(new AdminReply(AdminStatus.Unavailable));
                return null;
            }
        }, () => AdminFeature.Defect(reply));
    }

    /// <summary>The store has said which ids are free.</summary>
    public static void Placed(ImportInput input, Turn turn)
    {
        if (!turn.User.Exists)
        {
            AdminFeature.Answer(input.Reply, AdminStatus.NoSuchUser, turn);
            return;
        }

        foreach (var row in input.Rows)
        {
            turn.Emit(new MessageImported(row));
        }

        var counts = input.Counts with { Messages = input.Rows.Count, Repeated = input.Counts.Repeated - input.Rows.Count };
        turn.After(() => input.Reply(new AdminReply(AdminStatus.Done, Import: counts)));
    }

    private static (int Taken, int Kept, int Refused) Contacts(UserImport data, Turn turn)
    {
        var (taken, kept, refused) = (0, 0, 0);
        foreach (var item in data.Contacts)
        {
            var known = turn.User.Roster.GetValueOrDefault(item.Contact);
            if (known is not null && !data.Overwrite)
            {
                kept++;
            }
            else if (known is null && !(RosterItems.IsShown(item) ? RosterItems.HasRoom(turn) : RosterItems.HasRoomForRequest(turn.User)))
            {
                refused++;
            }
            else
            {
                taken++;
                var row = item with { UserId = turn.User.UserId };
                if (RosterItems.IsShown(row))
                {
                    RosterItems.Store(row, turn);
                }
                else
                {
                    RosterItems.StoreUnseen(row, turn);
                }
            }
        }

        return (taken, kept, refused);
    }

    private static int Blocked(UserImport data, Turn turn)
    {
        var taken = 0;
        foreach (var jid in data.Blocked)
        {
            if (turn.User.Blocked?.Contains(jid.ToString()) != true && (turn.User.Blocked?.Count ?? 0) < BlockingFeature.MaxBlocked)
            {
                turn.Emit(new JidBlocked(turn.User.UserId, jid.ToString()));
                taken++;
            }
        }

        return taken;
    }

    /// <summary>The row as it would have been, had the message come here; null if it is not the user's, or not of the past.</summary>
    private static MessageRow? Draft(ImportedMessage message, Turn turn)
    {
        var (user, stanza) = (turn.User, message.Stanza);
        if (message.At < 0 || message.At > turn.Now || stanza.Kind != StanzaKind.Message || stanza.From is not { } from)
        {
            return null;
        }

        var to = stanza.To ?? user.Jid;
        var (sent, received) = (from.Bare == user.Jid, to.Bare == user.Jid);
        if (!sent && !received)
        {
            return null;
        }

        // A client that is there already would get old messages as new ones: for it they are in the archive.
        var unread = message.Unread && user.Sessions.Count == 0 && received;
        var flags = MessageKind.FlagsOf(stanza) & ~(MessageFlags.Deserving | MessageFlags.Offline | MessageFlags.Call | MessageFlags.Unapplied);
        flags |= sent && received ? MessageFlags.ToSelf : sent ? MessageFlags.Outgoing : MessageFlags.None;
        var peer = sent ? to : from;
        flags = unread ? ArchivePolicy.Apply(flags, peer, user) | MessageFlags.Offline : flags | MessageFlags.Imported | MessageFlags.Visible;
        var body = StanzaSplice.Stamp(stanza, from, to, StanzaSplice.ForgedStanzaIds(stanza, user.Jid));
        return new MessageRow(
            user.UserId, IdOf(message, turn), peer.Bare.ToString(), peer.Resource, flags, 0, received ? to.Resource : null, null, body);
    }

    /// <summary>An id of another store decodes to anything: that its time is the message's own happens once in 2^44 times.</summary>
    private static long IdOf(ImportedMessage message, Turn turn) =>
        turn.Environment.StanzaIds.TryDecode(message.StanzaId, out var own) && own >> 20 == message.At ? own : (message.At << 20) + message.Number;
}

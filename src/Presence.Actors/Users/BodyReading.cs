using Presence.Protocol.Addressing;
using Presence.Routing;
using Presence.Storage.Contracts;

namespace Presence.Actors.Users;

/// <summary>
/// Bodies from the store for a session that is behind: asked for after the commit that numbered them, and sent when they come. A row that meets a defect is left out, so that it keeps no other row from its session for ever.
/// </summary>
internal static class BodyReading
{
    private const int ReadAtOnce = 100;

    /// <summary>Asks the store for what comes next, unless an answer is awaited.</summary>
    public static void Ask(SessionState session, List<Unacknowledged> list, Turn turn)
    {
        if (session.Reading)
        {
            return;
        }

        var ids = new List<long>();
        for (var i = session.NextToSend; i < list.Count && ids.Count < ReadAtOnce; i++)
        {
            if (!list[i].HasBytes && list[i].MessageId != 0)
            {
                ids.Add(list[i].MessageId);
            }
        }

        session.Reading = true;
        turn.ReadBodies(session, ids);
    }

    /// <summary>Bodies came. Rows that are gone (deleted account data, retention) leave an empty place: their number was promised to nobody yet.</summary>
    public static void Arrived(SessionState session, IReadOnlyList<MessageRow> rows, Turn turn)
    {
        if (!session.Reading)
        {
            // The socket went meanwhile, and sending starts over: what is first in line now is not what was asked for.
            return;
        }

        session.Reading = false;
        if (session.Unacked is not { } list)
        {
            return;
        }

        var found = rows.ToDictionary(r => r.Id);
        for (var i = session.NextToSend; i < list.Count && i < session.NextToSend + ReadAtOnce; i++)
        {
            var item = list[i];
            if (item.HasBytes || item.MessageId == 0 || !found.TryGetValue(item.MessageId, out var row))
            {
                continue;
            }

            item.Stanza = Rendered(row, session, turn);
        }

        if (session.NextToSend < list.Count && list[session.NextToSend] is { HasBytes: false } missing && !found.ContainsKey(missing.MessageId))
        {
            // Numbers must stay without gaps on the wire: an empty message of the server takes the place.
            missing.Stanza = MessageForms.Placeholder(session.FullJid, turn.Environment.Domain);
        }

        Outbound.Pump(session, turn);
    }

    /// <summary>A row of which nothing can be made must not keep from the client what comes behind it: its place is taken, the row stays in the archive.</summary>
    private static OutboundStanza Rendered(MessageRow row, SessionState session, Turn turn)
    {
        try
        {
            return MessageForms.Render(row, MessageForms.OfNumbered(MessageForms.RefOf(row), session), session.FullJid, turn.Environment, delayed: true);
        }
        catch (Exception e) when (ContainedDefect.Is(e))
        {
            turn.Met(e);
            return MessageForms.Placeholder(session.FullJid, turn.Environment.Domain);
        }
    }

    /// <summary>The rows that can be read. Throws <see cref="IOException"/> if the store cannot be read at all.</summary>
    public static IReadOnlyList<MessageRow> Read(IStore store, long userId, IReadOnlyList<long> ids, Jid user, Action<ContainedDefect> met)
    {
        try
        {
            return store.ReadMessages(userId, ids);
        }
        catch (Exception e) when (e is not IOException && ContainedDefect.Is(e))
        {
            met(new ContainedDefect(DefectPlace.Read, user.ToString(), e));
            return ids.Count == 1 ? [] : [.. ids.SelectMany(id => Read(store, userId, [id], user, met))];
        }
    }
}

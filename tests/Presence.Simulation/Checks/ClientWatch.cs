using System.Text;
using Presence.Protocol.Stanzas;
using Presence.Routing;
using Presence.Simulation.Clients;
using Presence.Simulation.Engine;
using Presence.Simulation.Servers;

namespace Presence.Simulation.Checks;

/// <summary>
/// Looks at everything that leaves for a client and everything that reaches one: S2 (acknowledged means durable), S3 (h never falls), S11 (outbound
/// once), A2 (in order), A3 (no echo), A5 (kept while needed). It must never look into an owner.
/// </summary>
public sealed class ClientWatch(World world)
{
    private readonly StanzaIds _ids = new(world.Store.Inner.Secret);

    /// <summary>A control leaves the owner for a connection.</summary>
    public void Told(SimConnection connection, ControlOutput output)
    {
        var h = output switch
        {
            AckOutput ack => ack.H,
            ResumedOutput resumed => resumed.H,
            ResumeRefusedOutput refused => refused.H,
            _ => null,
        };
        if (h is { } told && connection.Session is { } session)
        {
            Told(connection, session, told);
        }
    }

    /// <summary>A stanza reached a client.</summary>
    /// <param name="session">Null: before stream management, when nothing is counted.</param>
    public void Received(SimDevice device, SimSession? session, ServerStanza stanza)
    {
        if (session is not null && stanza.Number != session.H)
        {
            throw new ViolationException("S11", $"{device.Name} counts {session.H}, the owner numbered this one {stanza.Number}");
        }

        if (world.Ledger.Find(stanza.Bytes) is not { } message)
        {
            if (stanza.Bytes.AsSpan().IndexOf("headline"u8) >= 0)
            {
                throw new ViolationException("A5", $"{device.Name} gets an empty place for a row that is gone");
            }

            return;
        }

        device.Account.Seen.Add(message.Id);
        if (session is null || stanza.Bytes.AsSpan().IndexOf("urn:xmpp:mam:2"u8) >= 0 || stanza.Bytes.AsSpan().IndexOf("type='error'"u8) >= 0)
        {
            // What the archive shows is asked for, as often as one likes; a refusal is no delivery.
            return;
        }

        var carbon = stanza.Bytes.AsSpan().IndexOf("urn:xmpp:carbons:2"u8) >= 0;
        if (message.SentIn == session && message.Repeats == 0)
        {
            throw new ViolationException("A3", $"{device.Name} gets its own {message} back");
        }

        Row(device, session, message, RowOf(stanza.Bytes), carbon);
    }

    /// <summary>A stanza leaves for a client that has no stream management yet: nobody will ever know whether it arrived.</summary>
    public void LeftUncounted(SimConnection connection, byte[] bytes)
    {
        if (world.Ledger.Find(bytes) is { } message)
        {
            connection.Device.Account.Seen.Add(message.Id);
        }
    }

    private void Told(SimConnection connection, SimSession session, long told)
    {
        var name = connection.Device.Name;
        if (told < session.Told)
        {
            throw new ViolationException("S3", $"{name} is told h {told} after {session.Told}");
        }

        if (told > session.Sent.Count)
        {
            throw new ViolationException("S1", $"{name} is told h {told} but sent {session.Sent.Count}");
        }

        for (; session.Told < told; session.Told++)
        {
            if (session.Sent[(int)session.Told].Message is { Durable: true, Effects: 0 } message)
            {
                throw new ViolationException("S2", $"{name} is told h {told}, but {message} is not in the store");
            }
        }

        if (session.SmId is { } id && Stored(connection.UserId, id) is var stored && stored < told)
        {
            throw new ViolationException("S2", $"{name} is told h {told}, the store has {stored}");
        }
    }

    private long Stored(long userId, string smId)
    {
        if (!world.Store.Inner.State.Users.TryGetValue(userId, out var user))
        {
            return -1;
        }

        foreach (var doc in user.Docs.Values)
        {
            if (doc.SmId == smId && user.Sessions.TryGetValue(doc.SessionNo, out var row))
            {
                return row.HIn;
            }
        }

        return user.Tombstones.TryGetValue(smId, out var stone) ? stone.HIn : -1;
    }

    private void Row(SimDevice device, SimSession session, SimMessage message, long row, bool carbon)
    {
        if (carbon)
        {
            session.Copies.Add(message.Id);
        }

        if (!session.Seen.Add(message.Id) && message.Repeats == 0 && !MayRepeat(session, message, carbon))
        {
            throw new ViolationException("S11", $"{device.Name} gets {message} twice in one session");
        }

        if (row == 0)
        {
            return;
        }

        if (!session.Rows.Add(row) && !MayRepeat(session, message, carbon))
        {
            throw new ViolationException("S11", $"{device.Name} gets row {row} of {message} twice in one session");
        }

        // What comes to a session before its initial presence may precede its backlog (A2): then the order starts over, once for each time it comes.
        var waiting = row <= Backlog(device, session);
        if (waiting && row <= session.LastWaiting)
        {
            session.Restarts++;
        }

        if (waiting ? session.Restarts > session.TimesOnline : row <= session.HighestLive)
        {
            throw new ViolationException("A2", $"{device.Name} gets row {row} of {message} behind a later one");
        }

        if (waiting)
        {
            session.LastWaiting = row;
        }
        else
        {
            session.HighestLive = row;
        }
    }

    /// <summary>
    /// After a crash: noise, whose h need not have been committed; and the message itself after a copy that came before the initial presence, since the
    /// rows do not tell that the copy was acknowledged (ownership.md 6.3).
    /// </summary>
    private bool MayRepeat(SimSession session, SimMessage message, bool carbon) =>
        world.MemoryLost && (message.Sort == MessageSort.Noise || (!carbon && session.Copies.Contains(message.Id)));

    /// <summary>The highest row that the session found waiting when it became available.</summary>
    private long Backlog(SimDevice device, SimSession session)
    {
        var user = device.Account.UserId;
        var doc = world.Store.Inner.State.Users[user].Docs.Values.FirstOrDefault(d => d.SmId is not null && d.SmId == session.SmId);
        return doc is not null && world.StoreWatch.AvailableSince.TryGetValue((user, doc.SessionNo), out var since) ? since : long.MaxValue;
    }

    /// <summary>The row that a stanza shows, from the innermost <c>stanza-id</c>; 0 if there is none.</summary>
    private long RowOf(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var at = text.LastIndexOf("<stanza-id", StringComparison.Ordinal);
        at = at < 0 ? -1 : text.IndexOf(" id=", at, StringComparison.Ordinal);
        return at >= 0 && _ids.TryDecode(text.Substring(at + 5, 16), out var id) ? id : 0;
    }
}
